import OpenAI from "openai";

const client = new OpenAI();
const model = process.env.RECIPE_MODEL ?? "gpt-4.1-mini";

/** A recipe, as Markdown, that uses what is in the kitchen. */
export async function recipeFor(ingredients: string[], servings: number): Promise<string> {
  const answer = await client.responses.create({
    model,
    temperature: 0.8,
    input: `Suggest one dinner for ${servings} people from these ingredients: ${ingredients.join(", ")}.
Salt, pepper, oil and water are at hand; buy at most two more things, and say which.
Write Markdown: a title, the time it takes, the ingredients with amounts, numbered steps.`,
  });
  return answer.output_text;
}

/** What could be cooked on the days after with the leftovers of a recipe. */
export async function leftoversOf(recipe: string): Promise<string> {
  const answer = await client.responses.create({
    model,
    temperature: 0.8,
    input: `Here is what we cooked today:\n\n${recipe}\n\nName two things to make from the leftovers, a sentence each.`,
  });
  return answer.output_text;
}
