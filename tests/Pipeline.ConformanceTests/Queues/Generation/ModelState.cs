namespace Pipeline.Conformance.Queues.Generation;

/// <summary>Where the model has a message. Whether one that waits is ready or blocked follows from its ordering key.</summary>
internal enum ModelState
{
    Delayed,
    Waiting,
    Leased,
    Dead,
    Gone,
}
