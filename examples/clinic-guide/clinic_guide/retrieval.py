"""Finds the passages that belong to a question."""

from collections.abc import Sequence

from openai import OpenAI
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, PointStruct, VectorParams

from clinic_guide.leaflets import Passage

COLLECTION = "leaflets"
DIMENSIONS = 1536


class Index:
    """The passages in a vector store; it is filled anew at every start, since the leaflets are part of the release."""

    def __init__(self, client: OpenAI, model: str, store: QdrantClient, passages: Sequence[Passage]) -> None:
        self._client = client
        self._model = model
        self._store = store
        self._passages = passages
        self._fill()

    def search(self, question: str, limit: int, lowest_score: float) -> list[Passage]:
        """The passages nearest in meaning to the question, best first; none when nothing comes near."""
        (vector,) = self._embed([question])
        found = self._store.query_points(COLLECTION, query=vector, limit=limit, score_threshold=lowest_score)
        return [self._passages[int(point.id)] for point in found.points]

    def _fill(self) -> None:
        if self._store.collection_exists(COLLECTION):
            self._store.delete_collection(COLLECTION)
        self._store.create_collection(COLLECTION, VectorParams(size=DIMENSIONS, distance=Distance.COSINE))
        vectors = self._embed([f"{passage.source}\n{passage.text}" for passage in self._passages])
        self._store.upsert(COLLECTION, [PointStruct(id=number, vector=vector) for number, vector in enumerate(vectors)])

    def _embed(self, texts: list[str]) -> list[list[float]]:
        return [item.embedding for item in self._client.embeddings.create(model=self._model, input=texts).data]
