namespace Pipeline.Backends;

/// <summary>
/// Where the next write of a process sweeps its table of what has expired, and how far: the table is gone through part by part, again and again, at the pace at which it
/// is written to. So an index that would have to follow every change of an expiry is not needed. Thread safe.
/// </summary>
internal sealed class PostgresSweep
{
    // A page holds three rows or more, so each is passed at the latest when one and a half times as many rows as there are were written.
    private const int RowsToSweep = 8;
    private const int RowsOfPage = 2;
    private const int MostPages = 64;

    // Steps of the golden ratio come by all parts of a table, into however many it is divided, in about twice as many steps as there are.
    private const double Step = 0.6180339887498949;

    // Processes begin at different places.
    private long _sweeps = Random.Shared.Next();
    private int _written;

    /// <summary>Counts what a statement writes.</summary>
    /// <param name="rows">How many rows it writes.</param>
    /// <returns>Where in the table it sweeps, from 0 to 1, and how many pages: most often none.</returns>
    public (double Place, int Pages) Next(int rows = 1)
    {
        if (Interlocked.Add(ref _written, rows) < RowsToSweep)
        {
            return default;
        }

        var pages = Math.Min(Interlocked.Exchange(ref _written, 0) / RowsOfPage, MostPages);
        var place = Interlocked.Increment(ref _sweeps) * Step;
        return (place - Math.Floor(place), pages);
    }
}
