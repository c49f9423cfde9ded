import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { config } from "./config.ts";
import { Rejected } from "./moderation.ts";
import { answerQuestion, extractTerms } from "./reader.ts";

const contract = z.string().min(1).max(config.longestContract);

export const app = new Hono();

app.post("/terms", async (context) => {
  const body = z.object({ contract }).parse(await context.req.json());
  return context.json(await extractTerms(body.contract));
});

app.post("/questions", async (context) => {
  const body = z.object({ contract, question: z.string().min(1).max(1000) }).parse(await context.req.json());
  return context.json({ answer: await answerQuestion(body.contract, body.question) });
});

app.onError((error, context) => {
  if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
  if (error instanceof Rejected) return context.json({ error: error.message }, 422);
  console.error(error);
  return context.json({ error: "Something went wrong on our side." }, 500);
});

serve({ fetch: app.fetch, port: config.port });
