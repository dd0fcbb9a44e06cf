namespace Api.Documents;

/// <summary>What is known of a document once it is indexed.</summary>
internal sealed record DocumentIndex(int Words, int DistinctWords);
