namespace Pipeline.Conformance.Vectors.FaultInjection;

/// <summary>The calls on a vector index in which a fault can be injected.</summary>
public enum VectorCall
{
    /// <summary>A batch to be stored.</summary>
    Upsert = 0,

    /// <summary>A search.</summary>
    Search = 1,

    /// <summary>The start of a reading, before its first item.</summary>
    Read = 2,

    /// <summary>A count.</summary>
    Count = 3,

    /// <summary>A deletion, by ids, by a filter or of all.</summary>
    Delete = 4,

    /// <summary>Any call on the collections and their versions.</summary>
    Collections = 5,
}
