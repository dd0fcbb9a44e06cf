namespace Pipeline.Learning;

/// <summary>All learnings of a tenant, as a snapshot holds them.</summary>
internal sealed record TenantContents(string Tenant, IReadOnlyList<LearningContents> Learnings, IReadOnlyList<EmbeddingContents> Embeddings);
