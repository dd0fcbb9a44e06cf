namespace Pipeline.Caching;

/// <summary>The flights whose factories have led to this code, so that one that asks for its own key is told instead of waiting for itself.</summary>
internal sealed class FlightScope
{
    private static readonly AsyncLocal<FlightScope?> Ambient = new();

    private readonly Flight _flight;
    private readonly FlightScope? _outer;

    private FlightScope(Flight flight, FlightScope? outer)
    {
        _flight = flight;
        _outer = outer;
    }

    /// <summary>Enters a flight's factory, for as long as the calling asynchronous method runs.</summary>
    /// <remarks>Nobody waits for a refresh, so what it asks for waits for nobody who waits for it.</remarks>
    public static void Enter(Flight flight) => Ambient.Value = new(flight, flight.IsRefresh ? null : Ambient.Value);

    /// <exception cref="InvalidOperationException">The caller is, directly or not, the flight's own factory.</exception>
    public static void ThrowIfWithin(Flight flight)
    {
        for (var scope = Ambient.Value; scope is not null; scope = scope._outer)
        {
            if (ReferenceEquals(scope._flight, flight))
            {
                throw new InvalidOperationException(
                    "The factory of a cache entry asks the cache for the entry that it is to make, and would wait for itself. "
                    + "Give what it asks for a key of its own.");
            }
        }
    }
}
