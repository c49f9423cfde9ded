import { LangfuseSpanProcessor } from "@langfuse/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";

/** Sends a span with messages, tokens and latency for each model call; the keys come from LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY. */
const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor()] });
sdk.start();

process.once("SIGTERM", () => {
  void sdk.shutdown().finally(() => process.exit(0));
});
