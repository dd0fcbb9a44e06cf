using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Pipeline.Backends;

namespace Pipeline.Steps;

/// <summary>On whose behalf a call is made, and as part of which request. It goes with the call through steps, chains and queues.</summary>
/// <remarks>
/// Immutable and thread safe. The current context is ambient: it flows with <see langword="await"/> and into tasks, as <see cref="AsyncLocal{T}"/>
/// does. The ASP.NET Core package sets it from the caller, the queue worker from the message.
/// </remarks>
public sealed record CallContext
{
    /// <summary>The tenant where there is no tenancy: <c>default</c>.</summary>
    public const string DefaultTenant = "default";

    private static readonly AsyncLocal<CallContext?> Ambient = new();

    /// <summary>The context of a call of which nothing is known: tenant <c>default</c>, no user, no request, no baggage.</summary>
    public static CallContext Default { get; } = new();

    /// <summary>The context of the current call; <see cref="Default"/> where <see cref="Use"/> set none.</summary>
    public static CallContext Current => Ambient.Value ?? Default;

    /// <summary>The tenant, 1 to 512 bytes of UTF-8. Default: <c>default</c>.</summary>
    /// <exception cref="ArgumentException">The value is no valid name.</exception>
    public string Tenant { get; init => field = Checked(value); } = DefaultTenant;

    /// <summary>The user, 1 to 512 bytes of UTF-8, or <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a valid name.</exception>
    public string? User { get; init => field = value is null ? null : Checked(value); }

    /// <summary>The id of the request that caused the call, 1 to 512 bytes of UTF-8, or <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a valid name.</exception>
    public string? RequestId { get; init => field = value is null ? null : Checked(value); }

    /// <summary>
    /// What else goes with the call and its messages, by name. Default: empty. It is stored with every message that the call enqueues, so it must
    /// be small and hold no secret. The value is copied.
    /// </summary>
    /// <exception cref="ArgumentException">A name is no valid name, or a value is null.</exception>
    public IReadOnlyDictionary<string, string> Baggage { get; init => field = Copied(value); } = FrozenDictionary<string, string>.Empty;

    /// <summary>Makes a context the current one until the scope that is returned is disposed.</summary>
    /// <param name="context">The context.</param>
    /// <returns>The scope. Dispose it in the method that called <see cref="Use"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is <see langword="null"/>.</exception>
    public static CallContextScope Use(CallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var previous = Ambient.Value;
        if (ReferenceEquals(previous, context))
        {
            return default;
        }

        Ambient.Value = context;
        return new CallContextScope(previous);
    }

    /// <summary>Names tenant and request; never the user or the baggage.</summary>
    /// <returns>The tenant and the request id.</returns>
    public override string ToString() => RequestId is null ? $"tenant {Tenant}" : $"tenant {Tenant}, request {RequestId}";

    internal static void Restore(CallContext? previous) => Ambient.Value = previous;

    private static string Checked(string value, [CallerMemberName] string? property = null)
    {
        StoredName.ThrowIfInvalid(value, property);
        return value;
    }

    private static IReadOnlyDictionary<string, string> Copied(
        IReadOnlyDictionary<string, string> baggage, [CallerMemberName] string? property = null)
    {
        ArgumentNullException.ThrowIfNull(baggage, property);
        foreach (var (name, value) in baggage)
        {
            StoredName.ThrowIfInvalid(name, property);
            if (value is null)
            {
                throw new ArgumentException($"The item '{name}' is null. Give it a value, or leave it out.", property);
            }
        }

        return baggage.Count == 0
            ? FrozenDictionary<string, string>.Empty
            : new Dictionary<string, string>(baggage, StringComparer.Ordinal).AsReadOnly();
    }
}
