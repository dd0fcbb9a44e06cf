namespace Pipeline.RateLimiting;

/// <summary>A call that waits for its backend until the test answers it. It takes no notice of its token.</summary>
internal sealed class HangingCall(RateLimitRequest request, CancellationToken token)
{
    private readonly TaskCompletionSource<RateLimitDecision> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RateLimitRequest Request { get; } = request;

    public CancellationToken Token { get; } = token;

    public Task<RateLimitDecision> Task => _answer.Task;

    public void Grant() => _answer.SetResult(RateLimitDecision.Granted(
        Request.Dimensions[0].Rule,
        dimension: 0,
        remaining: 0,
        TimeSpan.Zero,
        Request.NeedsReservation ? new RateLimitReservation(Guid.NewGuid(), Request) : null));

    public void Fail() => _answer.SetException(AwayLimiter.Away());
}
