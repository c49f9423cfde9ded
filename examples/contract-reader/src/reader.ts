import { openai } from "@ai-sdk/openai";
import { generateObject, generateText } from "ai";
import { z } from "zod";
import { config } from "./config.ts";
import { moderate } from "./moderation.ts";
import { loadPrompt } from "./prompts.ts";

const term = z.object({ value: z.string(), quote: z.string() }).nullable();

export const terms = z.object({
  start: term.describe("the first day of the contract"),
  end: term.describe("the last day, if the contract has one"),
  notice: term.describe("how long before its end the contract must be cancelled"),
  payment: term.describe("what is paid, and how often"),
  deposit: term.describe("the deposit, if one is asked for"),
});

export type Terms = z.infer<typeof terms>;

/** The terms of a contract, each with the sentence that it was taken from. */
export async function extractTerms(contract: string): Promise<Terms> {
  const prompt = loadPrompt("extract-terms", { contract });
  const { object } = await generateObject({
    model: openai(config.model),
    schema: terms,
    messages: prompt.messages,
    ...prompt.parameters,
    experimental_telemetry: { isEnabled: true, functionId: prompt.name },
  });
  return object;
}

/** The answer to a question about a contract; throws Rejected for a question that moderation flags. */
export async function answerQuestion(contract: string, question: string): Promise<string> {
  await moderate(question);
  const prompt = loadPrompt("answer-question", { contract, question });
  const { text } = await generateText({
    model: openai(config.model),
    messages: prompt.messages,
    ...prompt.parameters,
    experimental_telemetry: { isEnabled: true, functionId: prompt.name },
  });
  return text;
}
