using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class QueueModel
{
    /// <summary>The dead that a filter by tenant, type or reason selects.</summary>
    public IReadOnlyList<ModelMessage> FindDead(DeadLetterFilter filter) => [.. Messages.Where(message => message.State == ModelState.Dead
        && (filter.MessageIds is null || filter.MessageIds.Contains(message.Message.Id))
        && (filter.Tenant is null || filter.Tenant == message.Message.Tenant)
        && (filter.Reason is null || filter.Reason == message.DeadReason))];

    /// <summary>Checks that what browsing gave is exactly what is dead, oldest first.</summary>
    public void AssertDead(DeadLetterFilter filter, IReadOnlyList<DeadLetter> actual, TimeSpan tolerance)
    {
        var expected = FindDead(filter);
        Ensure.That(
            actual.Select(letter => letter.Message.Id).Order().SequenceEqual(expected.Select(message => message.Message.Id).Order()),
            $"The dead letters are [{string.Join(", ", actual.Select(letter => Find(letter.Message.Id)?.ToString() ?? "?"))}], not [{string.Join(", ", expected)}].");
        for (var i = 0; i < actual.Count; i++)
        {
            var message = Find(actual[i].Message.Id)!;
            AssertLetter(message, actual[i], tolerance);
            for (var later = i + 1; later < actual.Count; later++)
            {
                var other = Find(actual[later].Message.Id)!;
                Ensure.That(
                    actual[i].DeadAt <= actual[later].DeadAt && !other.DeathPlace!.Precedes(message.DeathPlace!),
                    $"Dead letter {other} is older than {message}, and stands after it.");
            }
        }
    }

    /// <summary>Gives one dead message back.</summary>
    public void Redrive(Guid id)
    {
        var message = Find(id)!;
        message.Failures = 0;
        message.Crashes = 0;
        message.Redrives++;
        message.DeathPlace = null;
        var resumes = message.HoldsKey;
        JoinLine(message, ModelPlace.Ordered(time.Operation, time.NextIndex()));
        message.Place = resumes ? null : message.Place;
    }

    public void Discard(Guid id)
    {
        var message = Find(id)!;
        message.State = ModelState.Gone;
        message.HoldsKey = false;
        Messages.Remove(message);
    }

    private void AssertLetter(ModelMessage message, DeadLetter letter, TimeSpan tolerance)
    {
        AssertSame(message.Message, letter.Message, message);
        AssertSame(message.Checkpoint, letter.Checkpoint, message);
        AssertTime(message.EnqueuedAt, message.EnqueuedAt, letter.EnqueuedAt, tolerance, $"The arrival of dead letter {message}");
        Ensure.That(letter.Reason == message.DeadReason, $"{message} is dead as {letter.Reason}, not {message.DeadReason}.");
        var expected = (message.Deliveries, message.Failures, message.Crashes, message.Redrives);
        var actual = (letter.Deliveries, letter.Failures, letter.Crashes, letter.Redrives);
        Ensure.That(actual == expected, $"Dead letter {message} has deliveries, failures, crashes and redrives {actual}, not {expected}.");

        var attempts = message.Attempts.TakeLast(QueueLimits.MaxAttemptsKept).ToList();
        Ensure.That(letter.Attempts.Count == attempts.Count, $"Dead letter {message} has {letter.Attempts.Count} attempts, not {attempts.Count}.");
        for (var i = 0; i < attempts.Count; i++)
        {
            var (want, got) = (attempts[i], letter.Attempts[i]);
            Ensure.That(
                (got.Delivery, got.Outcome, got.Error) == (want.Delivery, want.Outcome, want.Error), $"Attempt {i} of {message} is {got}, not {want}.");
            AssertTime(want.NotBefore, time.ServerNow, got.At, tolerance, $"Attempt {i} of {message}");
        }

        // The last attempt is the one that killed it.
        AssertTime(attempts[^1].NotBefore, time.ServerNow, letter.DeadAt, tolerance, $"The death of {message}");
    }

    private static void AssertTime(DateTimeOffset from, DateTimeOffset until, DateTimeOffset actual, TimeSpan tolerance, string what) => Ensure.That(
        actual >= from - tolerance && actual <= until + tolerance, $"{what} is said to have been at {actual:O}, not from {from:O} to {until:O}.");
}
