using Microsoft.AspNetCore.Http;

namespace Pipeline.RequestLimits;

/// <summary>The deadline of an endpoint, or of its model. Metadata of endpoints.</summary>
/// <param name="Timeout">How long a request may take; <see langword="null"/> where only the model is told.</param>
/// <param name="Model">Tells the model of a request; <see langword="null"/> where only the time is.</param>
internal sealed record DeadlineRequirement(TimeSpan? Timeout, Func<HttpContext, string?>? Model = null);
