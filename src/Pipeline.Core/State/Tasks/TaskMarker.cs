namespace Pipeline.State;

/// <summary>When to look at a task.</summary>
internal readonly record struct TaskMarker(DateTimeOffset Due, string Tenant, string TaskId);
