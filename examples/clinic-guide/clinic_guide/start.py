"""Puts the guide together from the settings."""

from openai import OpenAI
from qdrant_client import QdrantClient

from clinic_guide.answering import Guide
from clinic_guide.leaflets import read_leaflets
from clinic_guide.retrieval import Index
from clinic_guide.settings import settings


def make_guide() -> Guide:
    client = OpenAI()
    store = QdrantClient(location=settings.qdrant_url)
    index = Index(client, settings.embedding_model, store, read_leaflets(settings.leaflets))
    return Guide(client, index, settings)
