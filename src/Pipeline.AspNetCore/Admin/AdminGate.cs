using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.DependencyInjection;

namespace Pipeline.Admin;

/// <summary>Sees to it that the administration is open to no one but those whom a policy names. It stops the start otherwise.</summary>
internal sealed class AdminGate(EdgeEndpoints endpoints, IServiceProvider services) : IHostedLifecycleService
{
    private const string Mend =
        "Name a policy: MapPipelineAdmin(policy: \"ops\"), or RequireAuthorization(\"ops\") on what it returns, and add the policy with AddAuthorization.";

    /// <summary>What is wrong with an endpoint's protection; <see langword="null"/> where a policy or role names who may come in.</summary>
    public static string? FindProblem(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return $"The administration lets everybody in (AllowAnonymous). Remove that. {Mend}";
        }

        foreach (var item in endpoint.Metadata)
        {
            if (item is AuthorizationPolicy or IAuthorizationRequirementData or IAuthorizeData { Policy: { Length: > 0 } } or IAuthorizeData { Roles: { Length: > 0 } })
            {
                return null;
            }
        }

        return $"The administration has no policy that says who may use it. {Mend}";
    }

    /// <summary>Looks at the protection of all that is mapped.</summary>
    /// <returns>How many endpoints were found, and what is wrong with them; <see langword="null"/> if nothing is.</returns>
    public async Task<(int Count, string? Problem)> LookAsync()
    {
        var count = 0;
        foreach (var endpoint in endpoints.All)
        {
            if (endpoint.Metadata.GetMetadata<AdminMetadata>() is null)
            {
                continue;
            }

            var problem = FindProblem(endpoint) ?? await FindPolicyProblemAsync(endpoint).ConfigureAwait(false);
            if (problem is not null)
            {
                return (count, problem);
            }

            count++;
        }

        return (count, null);
    }

    /// <exception cref="InvalidOperationException">The administration is open.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        // Not before: only with the server's start are the endpoints put together, with all that was said of them.
        if ((await LookAsync().ConfigureAwait(false)).Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<string?> FindPolicyProblemAsync(Endpoint endpoint)
    {
        if (services.GetService<IAuthorizationPolicyProvider>() is not { } policies)
        {
            return $"The administration has a policy, and the services have no authorization. {Mend}";
        }

        foreach (var item in endpoint.Metadata)
        {
            if (item is IAuthorizeData { Policy: { Length: > 0 } name } && await policies.GetPolicyAsync(name).ConfigureAwait(false) is null)
            {
                return $"The administration's policy '{name}' is not there. Add it with AddAuthorization, or correct the name.";
            }
        }

        return null;
    }
}
