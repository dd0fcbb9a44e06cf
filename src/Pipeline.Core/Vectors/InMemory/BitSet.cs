using System.Numerics;

namespace Pipeline.Vectors;

/// <summary>Sets of slots as bits.</summary>
internal static class BitSet
{
    public const int BitsPerWord = 64;

    public static int WordsFor(int bits) => (bits + BitsPerWord - 1) / BitsPerWord;

    public static void Add(Span<ulong> set, int bit) => set[bit / BitsPerWord] |= 1UL << (bit % BitsPerWord);

    public static void Remove(Span<ulong> set, int bit) => set[bit / BitsPerWord] &= ~(1UL << (bit % BitsPerWord));

    public static int Count(ReadOnlySpan<ulong> set)
    {
        var count = 0;
        foreach (var word in set)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>Finds the bit before which as many others are set.</summary>
    public static int Find(ReadOnlySpan<ulong> set, int others)
    {
        var place = 0;
        while (others >= BitOperations.PopCount(set[place]))
        {
            others -= BitOperations.PopCount(set[place++]);
        }

        var word = set[place];
        for (; others > 0; others--)
        {
            word &= word - 1;
        }

        return (place * BitsPerWord) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>Lists the bits of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="memory">Memory for the list, enough for all.</param>
    /// <returns>The list, in rising order.</returns>
    public static ReadOnlySpan<ushort> List(ReadOnlySpan<ulong> set, Span<ushort> memory)
    {
        var count = 0;
        for (var i = 0; i < set.Length; i++)
        {
            for (var word = set[i]; word != 0;)
            {
                memory[count++] = (ushort)((i * BitsPerWord) + TakeLowest(ref word));
            }
        }

        return memory[..count];
    }

    /// <summary>Takes the lowest bit out of a word that is not empty.</summary>
    public static int TakeLowest(ref ulong word)
    {
        var bit = BitOperations.TrailingZeroCount(word);
        word &= word - 1;
        return bit;
    }
}
