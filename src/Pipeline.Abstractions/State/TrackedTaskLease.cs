namespace Pipeline.State;

/// <summary>One attempt at a task: what a worker shows to renew or end it.</summary>
/// <remarks>Immutable, hence thread safe. Made by the tracker. It can be stored, and shown by another process.</remarks>
/// <param name="Tenant">The tenant whose task it is.</param>
/// <param name="TaskId">The task's id.</param>
/// <param name="Token">
/// The fencing token. Each attempt at a task has a greater one than all before it, so what the worker writes elsewhere can be guarded by it, too.
/// </param>
/// <param name="Owner">Tells this attempt from every other.</param>
/// <param name="Duration">For how long the attempt is renewed.</param>
public sealed record TrackedTaskLease(string Tenant, string TaskId, long Token, Guid Owner, TimeSpan Duration);
