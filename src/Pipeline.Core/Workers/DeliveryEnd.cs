namespace Pipeline.Workers;

/// <summary>Why a handler's token was cancelled.</summary>
internal enum DeliveryEnd
{
    None,
    LeaseLost,
    Draining,
    TimedOut,
}
