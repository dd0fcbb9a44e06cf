namespace Pipeline.Vectors;

/// <summary>A <see cref="VectorFilter"/> made ready for the columns of one snapshot.</summary>
internal abstract class SlotFilter
{
    /// <summary>How many words a set of all slots of a segment takes at most.</summary>
    public const int MostWords = SegmentStorage.MostSlots / BitSet.BitsPerWord;

    public static SlotFilter Compile(VectorFilter filter, ReadOnlySpan<string> fields) => filter switch
    {
        VectorAnd and => new AllSlots(CompileAll(and.Filters, fields)),
        VectorOr or => new AnySlots(CompileAll(or.Filters, fields)),
        VectorNot not => new OtherSlots(Compile(not.Filter, fields)),
        VectorEquals equals when fields.IndexOf(equals.Field) is var column and >= 0 => new OneOfSlots(column, [equals.Value]),
        VectorAnyOf anyOf when fields.IndexOf(anyOf.Field) is var column and >= 0 => new OneOfSlots(column, anyOf.Values),
        VectorRange range when fields.IndexOf(range.Field) is var column and >= 0 => new RangeSlots(column, range.Min, range.Max),
        _ => new PayloadSlots(filter),
    };

    /// <summary>Finds the items of a segment that fulfil the filter.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="memory">Memory for the answer, at least <see cref="MostWords"/>.</param>
    /// <returns>Their slots.</returns>
    public ReadOnlySpan<ulong> Select(SegmentView segment, Span<ulong> memory)
    {
        var slots = memory[..segment.Live.Length];
        segment.Live.CopyTo(slots);
        Narrow(segment.Storage, slots);
        return slots;
    }

    /// <summary>Takes those slots out that do not fulfil the filter.</summary>
    public abstract void Narrow(SegmentStorage segment, Span<ulong> slots);

    private static SlotFilter[] CompileAll(IReadOnlyList<VectorFilter> filters, ReadOnlySpan<string> fields)
    {
        var compiled = new SlotFilter[filters.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            compiled[i] = Compile(filters[i], fields);
        }

        return compiled;
    }
}
