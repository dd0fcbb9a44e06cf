namespace Pipeline.Problems;

/// <summary>
/// The stable codes of the edge's refusals: the member <c>code</c> of a problem (RFC 9457). Clients may rely on them; titles and details may change.
/// </summary>
public static class ProblemCodes
{
    /// <summary>400: the request is malformed in a way that no other code names.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>400: the body is not valid JSON, or not UTF-8.</summary>
    public const string InvalidJson = "invalid-json";

    /// <summary>400: <c>Idempotency-Key</c> is missing where it is required, or malformed.</summary>
    public const string InvalidIdempotencyKey = "idempotency-key-invalid";

    /// <summary>401: no valid key or token.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>402: a budget is used up.</summary>
    public const string BudgetExhausted = "budget-exhausted";

    /// <summary>403: the caller is known, and may not do this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: there is no such resource, or the caller may not know of it.</summary>
    public const string NotFound = "not-found";

    /// <summary>405: the resource has no such method.</summary>
    public const string MethodNotAllowed = "method-not-allowed";

    /// <summary>408: the body did not arrive in time.</summary>
    public const string RequestTimeout = "request-timeout";

    /// <summary>409: another request with the same <c>Idempotency-Key</c> is being worked on.</summary>
    public const string IdempotencyInProgress = "idempotency-in-progress";

    /// <summary>409: a request with the same <c>Idempotency-Key</c> was carried out, and its answer was too large to keep.</summary>
    public const string IdempotencyAnswerNotKept = "idempotency-answer-not-kept";

    /// <summary>409: what is there already contradicts the request.</summary>
    public const string Conflict = "conflict";

    /// <summary>409: settings are to be imported, and there is no file to write them into, or it cannot be written.</summary>
    public const string SettingsNotWritable = "settings-not-writable";

    /// <summary>413: the body is larger than the endpoint takes.</summary>
    public const string BodyTooLarge = "body-too-large";

    /// <summary>413: the JSON is nested deeper than the endpoint takes.</summary>
    public const string JsonTooDeep = "json-too-deep";

    /// <summary>413: an array, a string or the whole of the JSON's strings is larger than the endpoint takes.</summary>
    public const string JsonTooLarge = "json-too-large";

    /// <summary>415: the endpoint takes no body of this content type.</summary>
    public const string UnsupportedMediaType = "unsupported-media-type";

    /// <summary>422: the <c>Idempotency-Key</c> was used for another request.</summary>
    public const string IdempotencyKeyReused = "idempotency-key-reused";

    /// <summary>422: the input was understood and is not valid.</summary>
    public const string InvalidInput = "invalid-input";

    /// <summary>429: a rate limit is used up.</summary>
    public const string RateLimited = "rate-limited";

    /// <summary>429: the address has failed to authenticate too often.</summary>
    public const string AddressBanned = "address-banned";

    /// <summary>431: the request's headers are too large or too many.</summary>
    public const string HeadersTooLarge = "headers-too-large";

    /// <summary>500: an error that is the server's own. The log has the rest, under the request's id.</summary>
    public const string InternalError = "internal-error";

    /// <summary>503: the server is shutting down.</summary>
    public const string Draining = "draining";

    /// <summary>503: what the call needs does not answer.</summary>
    public const string BackendUnavailable = "backend-unavailable";

    /// <summary>503: what the call needs has failed too often, and is left alone for a while.</summary>
    public const string CircuitOpen = "circuit-open";

    /// <summary>503: too many calls are at it, or wait for it.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>504: the deadline of the endpoint, or of the model, has passed.</summary>
    public const string DeadlineExceeded = "deadline-exceeded";
}
