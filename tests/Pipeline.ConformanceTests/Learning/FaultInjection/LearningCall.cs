namespace Pipeline.Conformance.Learning.FaultInjection;

/// <summary>The calls on a store of learnings in which a fault can be injected.</summary>
public enum LearningCall
{
    /// <summary>Learnings are recorded.</summary>
    Record = 0,

    /// <summary>A recall. A fault before it makes it degraded, as the contract has it; one after it does, too.</summary>
    Recall = 1,

    /// <summary>An outcome is reported.</summary>
    ReportOutcome = 2,

    /// <summary>Outcomes are added up.</summary>
    Outcomes = 3,

    /// <summary>One learning is read.</summary>
    Get = 4,

    /// <summary>A page is read.</summary>
    Query = 5,

    /// <summary>Learnings are forgotten.</summary>
    Forget = 6,

    /// <summary>Embeddings are forgotten.</summary>
    ForgetEmbeddings = 7,

    /// <summary>Expired learnings are deleted.</summary>
    Expire = 8,
}
