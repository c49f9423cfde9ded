import { readFileSync } from "node:fs";
import type { ModelMessage } from "ai";
import { parse } from "yaml";
import { z } from "zod";

const definition = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), z.string()),
  parameters: z.object({ temperature: z.number(), maxOutputTokens: z.number().int() }),
  messages: z.array(z.object({ role: z.enum(["system", "user"]), content: z.string() })).min(1),
});

export interface Prompt {
  name: string;
  parameters: { temperature: number; maxOutputTokens: number };
  messages: ModelMessage[];
}

/** The prompt `prompts/NAME.yaml` with its inputs filled in; throws when the definition is wrong or an input is missing. */
export function loadPrompt(name: string, inputs: Record<string, string>): Prompt {
  const file = new URL(`../prompts/${name}.yaml`, import.meta.url);
  const prompt = definition.parse(parse(readFileSync(file, "utf8")));
  for (const input of Object.keys(prompt.inputs)) {
    if (inputs[input] === undefined) throw new Error(`The prompt ${name} needs the input "${input}".`);
  }
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, input: string) => inputs[input] ?? "");
  return {
    name: prompt.name,
    parameters: prompt.parameters,
    messages: prompt.messages.map((message) => ({ ...message, content: fill(message.content) })),
  };
}
