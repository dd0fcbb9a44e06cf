using Microsoft.AspNetCore.Http;
using Pipeline.Problems;
using static System.FormattableString;

namespace Pipeline.RequestLimits;

/// <summary>How refused bodies are told of.</summary>
internal static class BodyProblems
{
    public static HttpProblem TooLarge(long maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, "The body is too large.", Invariant($"Send at most {maxBytes} bytes."));

    public static HttpProblem WrongType(string allowed) => new(
        StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The endpoint takes no body of this content type.", $"Send {allowed}.");

    public static HttpProblem Of(JsonFault fault, JsonLimits limits, (long Line, long Byte) position) => fault switch
    {
        JsonFault.TooDeep => new(
            StatusCodes.Status413PayloadTooLarge, ProblemCodes.JsonTooDeep, "The JSON is nested too deep.", Invariant($"Nest it at most {limits.MaxDepth} deep.")),
        JsonFault.TooManyItems => TooLarge(Invariant($"An array may have at most {limits.MaxArrayItems} items.")),
        JsonFault.StringTooLong => TooLarge(Invariant($"A string may have at most {limits.MaxStringLength} characters.")),
        JsonFault.StringsTooLong => TooLarge(Invariant($"All strings together may have at most {limits.MaxTotalStringLength} characters.")),
        _ => new(
            StatusCodes.Status400BadRequest,
            ProblemCodes.InvalidJson,
            "The body is not valid JSON.",
            position == default ? "Send JSON in UTF-8." : Invariant($"Correct it at line {position.Line + 1}, byte {position.Byte + 1}.")),
    };

    private static HttpProblem TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, ProblemCodes.JsonTooLarge, "The JSON is too large.", detail);
}
