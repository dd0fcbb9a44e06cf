using System.Runtime.InteropServices;

namespace Pipeline.Queues;

/// <summary>What ever went through a queue.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct QueueTotals(long Enqueued, long Completed, long Failures, long Crashes, long DeadLettered);
