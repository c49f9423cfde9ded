import { expect, test } from "vitest";
import { loadPrompt } from "../src/prompts.ts";

test("the contract and the question stand in the user's message", () => {
  const { messages } = loadPrompt("answer-question", { contract: "§ 1 The flat is let.", question: "May I keep a cat?" });
  expect(messages.map((message) => message.role)).toEqual(["system", "user"]);
  expect(messages[1]?.content).toContain("<contract>\n§ 1 The flat is let.\n</contract>");
  expect(messages[1]?.content).toContain("Question: May I keep a cat?");
});

test("terms are extracted without randomness", () => {
  expect(loadPrompt("extract-terms", { contract: "-" }).parameters.temperature).toBe(0);
});

test("a missing input is an error", () => {
  expect(() => loadPrompt("answer-question", { contract: "-" })).toThrow('needs the input "question"');
});
