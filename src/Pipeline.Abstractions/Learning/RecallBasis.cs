namespace Pipeline.Learning;

/// <summary>What the similarity of a match was computed from.</summary>
public enum RecallBasis
{
    /// <summary>Nothing was asked for but the filter: every similarity is 1.</summary>
    Filter = 0,

    /// <summary>The words of the query and of the finding.</summary>
    Text = 1,

    /// <summary>The embeddings of the query and of the finding.</summary>
    Embedding = 2,
}
