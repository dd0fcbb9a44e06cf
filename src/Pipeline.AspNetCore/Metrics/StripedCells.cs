using System.Numerics;

namespace Pipeline.Metrics;

/// <summary>Numbers that many threads add to at once. Each processor has a copy, on cache lines of its own; the sum of the copies is the number.</summary>
/// <remarks>Thread safe, without a lock.</remarks>
internal sealed class StripedCells
{
    private const int MostStripes = 8;
    private const int LineOfCells = 16;

    private static readonly int Stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MostStripes));

    private readonly long[] _cells;
    private readonly int _stride;

    public StripedCells(int count)
    {
        // A line more before the first stripe, since the array's length stands there.
        _stride = (count + LineOfCells - 1) / LineOfCells * LineOfCells;
        _cells = new long[LineOfCells + (_stride * Stripes)];
    }

    public void Add(int cell, long amount) => Interlocked.Add(ref Cell(cell), amount);

    public void Add(int cell, double amount)
    {
        ref var sum = ref Cell(cell);
        var known = Volatile.Read(ref sum);
        while (true)
        {
            var next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(known) + amount);
            var found = Interlocked.CompareExchange(ref sum, next, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }

    public long ReadWhole(int cell)
    {
        var sum = 0L;
        for (var stripe = 0; stripe < Stripes; stripe++)
        {
            sum += Volatile.Read(ref _cells[IndexOf(stripe, cell)]);
        }

        return sum;
    }

    public double ReadReal(int cell)
    {
        var sum = 0d;
        for (var stripe = 0; stripe < Stripes; stripe++)
        {
            sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref _cells[IndexOf(stripe, cell)]));
        }

        return sum;
    }

    private ref long Cell(int cell) => ref _cells[IndexOf(Thread.GetCurrentProcessorId() & (Stripes - 1), cell)];

    private int IndexOf(int stripe, int cell) => LineOfCells + (stripe * _stride) + cell;
}
