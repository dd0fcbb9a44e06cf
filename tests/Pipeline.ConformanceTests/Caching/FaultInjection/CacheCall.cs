namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>The calls on a cache backend in which a fault can be injected.</summary>
public enum CacheCall
{
    /// <summary>A read of one entry.</summary>
    Get = 0,

    /// <summary>A read of several entries.</summary>
    GetMany = 1,

    /// <summary>A read of tags' generations.</summary>
    ReadGenerations = 2,

    /// <summary>A write of one entry.</summary>
    Set = 3,

    /// <summary>A write of several entries.</summary>
    SetMany = 4,

    /// <summary>A write where nothing stands.</summary>
    TryAdd = 5,

    /// <summary>A removal.</summary>
    Remove = 6,

    /// <summary>An invalidation.</summary>
    InvalidateTag = 7,

    /// <summary>An attempt to take a fill lease.</summary>
    TakeLease = 8,

    /// <summary>A renewal of a fill lease.</summary>
    RenewLease = 9,

    /// <summary>The return of a fill lease.</summary>
    ReleaseLease = 10,
}
