using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Net.Http.Headers;
using Pipeline.Problems;

namespace Pipeline.RequestLimits;

/// <summary>Gives each request its deadline.</summary>
/// <remarks>
/// It goes by the framework's own metadata and rules of request time-outs: no deadline while a debugger is attached, and none that ends a response which has started
/// other than by cancelling it.
/// </remarks>
internal sealed class DeadlineMiddleware
{
    private static readonly HttpProblem Exceeded = new(
        StatusCodes.Status504GatewayTimeout, ProblemCodes.DeadlineExceeded, "The deadline has passed.", "The request took longer than it may. Try again later, or ask for less.");

    private readonly RequestDelegate _next;
    private readonly DeadlineOptions _options;
    private readonly RequestTimeoutOptions _timeouts;
    private readonly TimeProvider _time;
    private readonly DeadlineRequirement _default;
    private readonly ConditionalWeakTable<Endpoint, DeadlineRequirement> _endpoints = [];
    private readonly ConditionalWeakTable<Endpoint, DeadlineRequirement>.CreateValueCallback _read;

    public DeadlineMiddleware(RequestDelegate next, DeadlineOptions options, RequestTimeoutOptions timeouts, TimeProvider time)
    {
        (_next, _options, _timeouts, _time) = (next, options, timeouts, time);
        _default = new DeadlineRequirement(options.Default);
        _read = RequirementOf;
    }

    public Task InvokeAsync(HttpContext context)
    {
        var requirement = context.GetEndpoint() is { } endpoint ? _endpoints.GetValue(endpoint, _read) : _default;
        return (requirement.Timeout is null && _options.Models.Count == 0) || Debugger.IsAttached ? _next(context) : RunAsync(context, requirement);
    }

    private async Task RunAsync(HttpContext context, DeadlineRequirement requirement)
    {
        var client = context.RequestAborted;
        using var deadline = new Deadline(_time, _options, client);
        if (requirement.Timeout is { } timeout)
        {
            deadline.Set(timeout);
        }

        if (requirement.Model?.Invoke(context) is { } model)
        {
            deadline.SetModel(model);
        }

        context.RequestAborted = deadline.Token;
        context.Features.Set<IHttpRequestTimeoutFeature>(deadline);
        try
        {
            await _next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.HasPassed && !client.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.RequestAborted = client;
            Forget(context.Response);
            await context.WriteProblemAsync(Exceeded).ConfigureAwait(false);
        }
        finally
        {
            context.RequestAborted = client;
            context.Features.Set<IHttpRequestTimeoutFeature>(null);
        }
    }

    // What described the answer that does not come. What others have said of the response stays.
    private static void Forget(HttpResponse response)
    {
        response.ContentLength = null;
        response.Headers.Remove(HeaderNames.ContentEncoding);
        response.Headers.Remove(HeaderNames.ETag);
        response.Headers.Remove(HeaderNames.LastModified);
    }

    /// <exception cref="InvalidOperationException">The endpoint names a policy that there is not.</exception>
    private DeadlineRequirement RequirementOf(Endpoint endpoint)
    {
        var (timeout, model) = (_options.Default, (Func<HttpContext, string?>?)null);
        foreach (var item in endpoint.Metadata)
        {
            (timeout, model) = item switch
            {
                DeadlineRequirement own => (own.Timeout ?? timeout, own.Model ?? model),
                RequestTimeoutPolicy policy => (policy.Timeout, model),
                RequestTimeoutAttribute { PolicyName: { } name } => (PolicyOf(name), model),
                RequestTimeoutAttribute attribute => (attribute.Timeout, model),
                DisableRequestTimeoutAttribute => (null, null),
                _ => (timeout, model),
            };
        }

        return new(timeout, model);
    }

    private TimeSpan? PolicyOf(string name) => _timeouts.Policies.TryGetValue(name, out var policy)
        ? policy.Timeout
        : throw new InvalidOperationException($"There is no request time-out policy '{name}'. Correct the name, or add the policy with AddRequestTimeouts.");
}
