"""rung: policy as code for LLM applications. Tells which rung of the LLMOps maturity ladder a repository stands on."""

__version__ = "0.1.0"
