using System.Runtime.InteropServices;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>A learning that may be recalled.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RecallCandidate(LearningEntry Entry, double Similarity, double Score, SegmentStorage? Vectors = null, int Slot = 0)
{
    /// <summary>Compares by how good candidates are: the better is the greater.</summary>
    public static int Compare(RecallCandidate x, RecallCandidate y)
    {
        var byScore = x.Score.CompareTo(y.Score);
        return byScore != 0 ? byScore : LearningOrder.Instance.Compare(x.Entry, y.Entry);
    }
}
