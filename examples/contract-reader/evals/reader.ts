import type { ApiProvider, CallApiContextParams } from "promptfoo";
import { answerQuestion, extractTerms } from "../src/reader.ts";

/** Runs the application itself over a case of promptfooconfig.yaml: the question if it has one, the terms if not. */
export default class ContractReader implements ApiProvider {
  id() {
    return "contract-reader";
  }

  async callApi(contract: string, context?: CallApiContextParams) {
    const question = context?.vars["question"];
    const output = question ? await answerQuestion(contract, String(question)) : await extractTerms(contract);
    return { output };
  }
}
