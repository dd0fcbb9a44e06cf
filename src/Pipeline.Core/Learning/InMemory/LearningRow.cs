using System.Runtime.InteropServices;

namespace Pipeline.Learning;

/// <summary>
/// What a recall asks of every learning, side by side with that of the others: going through memory in order costs a tenth of looking each learning up.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct LearningRow
{
    /// <summary>The learning; <see langword="null"/> where it is gone.</summary>
    public LearningEntry? Entry;

    /// <summary>When it was created, in ticks.</summary>
    public long Created;

    /// <summary>From when on it is not seen, in ticks.</summary>
    public long ValidUntil;

    /// <summary>What its outcomes make of it.</summary>
    public double Success;

    public LearningSeverity Severity;

    // Each of these is the one text of its content in its table, so that references tell whether they are equal.
    public string Collection;
    public string Step;
    public string? Agent;
}
