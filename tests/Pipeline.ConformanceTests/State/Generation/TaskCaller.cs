using System.Text;
using Pipeline.Queues;
using Pipeline.State;

namespace Pipeline.Conformance.State.Generation;

/// <summary>Makes calls on a task.</summary>
internal static class TaskCaller
{
    private static readonly byte[] Result = Encoding.UTF8.GetBytes(TaskOperation.Result);
    private static readonly MessageError Cause = new(TaskOperation.Cause, "It went wrong.");

    public static async ValueTask<TaskAnswer> CallAsync(
        ITaskTracker tracker, string tenant, string id, TaskOperation operation, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        switch (operation.Kind)
        {
            case TaskOperationKind.Create:
                var created = await tracker.CreateAsync(tenant, id, operation.Options, cancellationToken);
                return new(operation, at, TrackedTaskOutcome.Applied, created.Task, Lease: null, created.IsNew);
            case TaskOperationKind.Get:
                var task = await tracker.GetAsync(tenant, id, cancellationToken);
                return new(operation, at, task is null ? TrackedTaskOutcome.NotFound : TrackedTaskOutcome.Applied, task, Lease: null, IsNew: false);
            case TaskOperationKind.Start:
                var started = await tracker.StartAsync(tenant, id, operation.Duration, cancellationToken);
                return new(operation, at, started.Outcome, started.Task, started.Lease, IsNew: false);
            default:
                var result = await ChangeAsync(tracker, tenant, id, operation, cancellationToken);
                return new(operation, at, result.Outcome, result.Task, Lease: null, IsNew: false);
        }
    }

    private static ValueTask<TrackedTaskResult> ChangeAsync(
        ITaskTracker tracker, string tenant, string id, TaskOperation operation, CancellationToken token) => operation.Kind switch
        {
            TaskOperationKind.Renew => tracker.RenewAsync(operation.Lease!, operation.Progress, token),
            TaskOperationKind.Complete => tracker.CompleteAsync(operation.Lease!, Result, token),
            TaskOperationKind.Fail => tracker.FailAsync(operation.Lease!, Cause, token),
            TaskOperationKind.Release => tracker.ReleaseAsync(operation.Lease!, cause: null, token),
            TaskOperationKind.ReleaseFailed => tracker.ReleaseAsync(operation.Lease!, Cause, token),
            TaskOperationKind.Cancel => tracker.CancelAsync(tenant, id, token),
            _ => tracker.ConfirmCancellationAsync(operation.Lease!, token),
        };
}
