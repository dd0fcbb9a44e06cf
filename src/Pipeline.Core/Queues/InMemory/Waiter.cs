namespace Pipeline.Queues;

/// <summary>A call that waits in an in-memory queue. Its queue completes it under the queue's lock; continuations run elsewhere.</summary>
/// <typeparam name="T">What the call gets in the end.</typeparam>
internal abstract class Waiter<T>() : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
