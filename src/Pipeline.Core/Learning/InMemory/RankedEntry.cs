using System.Runtime.InteropServices;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>A learning that may be recalled, with its score when it was looked at.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RankedEntry(LearningEntry Entry, double Similarity, double Score, SegmentStorage? Vectors = null, int Slot = 0)
{
    /// <summary>Compares by how good candidates are: the better is the greater.</summary>
    public static int Compare(RankedEntry x, RankedEntry y)
    {
        var byScore = x.Score.CompareTo(y.Score);
        return byScore != 0 ? byScore : LearningOrder.Instance.Compare(x.Entry, y.Entry);
    }

    /// <summary>The candidate with the learning as it is now.</summary>
    public RecallCandidate ToCandidate() => new(Entry.Stored, Similarity, Vectors?.MemoryAt(Slot) ?? default);
}
