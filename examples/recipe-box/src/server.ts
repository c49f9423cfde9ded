import express from "express";
import { leftoversOf, recipeFor } from "./recipe.js";

const app = express();
app.use(express.static("public"));
app.use(express.json({ limit: "50kb" }));

app.post("/recipes", async (req, res) => {
  const { ingredients, servings } = req.body as { ingredients?: string[]; servings?: number };
  if (!Array.isArray(ingredients) || ingredients.length === 0) {
    res.status(400).json({ error: "Name at least one ingredient." });
    return;
  }
  res.json({ recipe: await recipeFor(ingredients, servings ?? 2) });
});

app.post("/leftovers", async (req, res) => {
  res.json({ ideas: await leftoversOf(String(req.body.recipe ?? "")) });
});

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => console.log(`Recipe box on http://localhost:${port}`));
