namespace Pipeline.Conformance.State.FaultInjection;

/// <summary>The calls on a state store in which a fault can be injected.</summary>
public enum StateStoreCall
{
    /// <summary>A read.</summary>
    Get = 0,

    /// <summary>A write.</summary>
    CompareAndSet = 1,

    /// <summary>A deletion.</summary>
    Delete = 2,

    /// <summary>A page of a listing.</summary>
    List = 3,

    /// <summary>A reading of the store's clock.</summary>
    GetTime = 4,
}
