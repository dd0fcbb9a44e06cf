using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>Says which setting of a <see cref="QueueOptions"/> is out of range, and the mend.</summary>
public sealed class QueueOptionsValidator : IValidateOptions<QueueOptions>
{
    private const int GreatestWeight = 100;

    /// <summary>Checks the options of one queue.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, QueueOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems($"Queue '{name}'");
        problems.Range(options.MaxBodyBytes, 1, QueueOptions.GreatestMaxBodyBytes, nameof(options.MaxBodyBytes), "bytes");
        problems.Range(options.MaxDeliveries, 1, QueueOptions.GreatestMaxDeliveries, nameof(options.MaxDeliveries));
        problems.Range(options.DeduplicationWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), nameof(options.DeduplicationWindow));
        problems.Range(options.Capacity ?? 1, 1, long.MaxValue, nameof(options.Capacity), "messages");
        problems.Defined(options.WhenFull, nameof(options.WhenFull));
        foreach (var (tenant, weight) in options.TenantWeights)
        {
            problems.Name(tenant, nameof(options.TenantWeights));
            problems.Range(weight, 1, GreatestWeight, $"{nameof(options.TenantWeights)}:{tenant}");
        }

        return problems.ToResult();
    }
}
