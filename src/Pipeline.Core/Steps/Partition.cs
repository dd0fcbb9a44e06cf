namespace Pipeline.Steps;

/// <summary>Whose budget a step's rate limit counts: which calls share one, by their <see cref="CallContext"/>.</summary>
public enum Partition
{
    /// <summary>All calls share one budget.</summary>
    Everyone = 0,

    /// <summary>Each tenant has a budget of its own.</summary>
    Tenant = 1,

    /// <summary>
    /// Each user of each tenant has a budget of its own; the same name in two tenants is two users. The calls of a tenant that name no user share one.
    /// </summary>
    User = 2,
}
