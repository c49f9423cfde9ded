import OpenAI from "openai";

export class Rejected extends Error {}

let client: OpenAI | undefined;

/** Passes a text that the moderation model has nothing against; throws Rejected with the categories otherwise. */
export async function moderate(text: string): Promise<void> {
  client ??= new OpenAI();
  const { results } = await client.moderations.create({ model: "omni-moderation-2024-09-26", input: text });
  const categories = results.flatMap((result) =>
    Object.entries(result.categories)
      .filter(([, flagged]) => flagged)
      .map(([category]) => category),
  );
  if (categories.length > 0) throw new Rejected(`We can't answer this (${categories.join(", ")}).`);
}
