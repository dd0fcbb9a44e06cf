namespace Pipeline.RateLimiting;

/// <summary>What a statement does with a state.</summary>
internal enum LimiterStep
{
    /// <summary>Takes the amount if it fits.</summary>
    Take = 0,

    /// <summary>Takes what a settlement may give back.</summary>
    TakeMarked = 1,

    /// <summary>Charges the amount, even beyond the limit.</summary>
    Charge = 2,

    /// <summary>Gives the amount or the lease back.</summary>
    GiveBack = 3,
}
