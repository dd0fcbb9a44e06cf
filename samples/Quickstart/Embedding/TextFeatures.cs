using System.Numerics.Tensors;

namespace Quickstart.Embedding;

/// <summary>Counts the features of one text after the other: its words, its pairs of neighbouring words, and the trigrams of its words.</summary>
internal sealed class TextFeatures
{
    // Words say the most. Pairs tell "dead letter" from a dead link and a letter; trigrams bring "leases" near "lease".
    private const float WordWeight = 1f;
    private const float PairWeight = 0.7f;
    private const float TrigramWeight = 0.25f;
    private const int TrigramLength = 3;

    private readonly Dictionary<ulong, int> _words = [];
    private readonly Dictionary<ulong, int> _pairs = [];
    private readonly Dictionary<ulong, int> _trigrams = [];

    /// <summary>Forgets the text before, and counts the features of this one.</summary>
    public void Count(string text)
    {
        _words.Clear();
        _pairs.Clear();
        _trigrams.Clear();

        var previous = 0UL;
        var words = new WordReader(text, stackalloc char[WordReader.MaxLength]);
        while (words.TryRead(out var word))
        {
            if (StopWords.Contains(word))
            {
                continue;
            }

            var hash = FeatureHash.Of(word);
            Add(_words, hash);
            if (previous != 0)
            {
                Add(_pairs, FeatureHash.Combine(previous, hash));
            }

            previous = hash;
            for (var i = 0; i + TrigramLength <= word.Length; i++)
            {
                Add(_trigrams, FeatureHash.Of(word.Slice(i, TrigramLength)));
            }
        }
    }

    /// <summary>Lays the features out in a vector of length 1; of a text without features, of length 0.</summary>
    public float[] ToVector(int dimensions)
    {
        var vector = new float[dimensions];
        Lay(_words, WordWeight, FeatureHash.WordSeed, vector);
        Lay(_pairs, PairWeight, FeatureHash.PairSeed, vector);
        Lay(_trigrams, TrigramWeight, FeatureHash.TrigramSeed, vector);

        var norm = TensorPrimitives.Norm<float>(vector);
        if (norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }

        return vector;
    }

    private static void Add(Dictionary<ulong, int> counts, ulong feature) =>
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _)++;

    // Sublinear: a word that stands ten times says more than one that stands once, but not ten times as much.
    private static void Lay(Dictionary<ulong, int> counts, float weight, ulong seed, float[] vector)
    {
        foreach (var (feature, count) in counts)
        {
            var hash = FeatureHash.Combine(seed, feature);
            var sign = (hash & 1) == 0 ? 1 : -1;
            vector[(int)((hash >> 1) % (ulong)vector.Length)] += sign * weight * (1 + MathF.Log(count));
        }
    }
}
