/** Everything that the environment decides. The model is a dated snapshot, so that it changes only when we change it. */
export const config = {
  model: process.env.READER_MODEL ?? "gpt-4.1-2025-04-14",
  port: Number(process.env.PORT ?? 3000),
  longestContract: 200_000,
};
