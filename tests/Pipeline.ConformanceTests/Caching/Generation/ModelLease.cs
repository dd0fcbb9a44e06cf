using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

/// <summary>A lease as it was taken, and until when it lasts.</summary>
internal sealed class ModelLease(CacheFillLease taken, DateTimeOffset until)
{
    public CacheFillLease Taken { get; } = taken;

    public DateTimeOffset Until { get; set; } = until;
}
