using Microsoft.Net.Http.Headers;

namespace Pipeline.RequestLimits;

/// <summary>The content types that an endpoint takes. Metadata of endpoints.</summary>
internal sealed class ContentTypeRequirement
{
    private readonly MediaTypeHeaderValue[] _allowed;

    /// <exception cref="ArgumentException">There is none, or one is no media type.</exception>
    public ContentTypeRequirement(string[] contentTypes)
    {
        ArgumentNullException.ThrowIfNull(contentTypes);
        if (contentTypes.Length == 0)
        {
            throw new ArgumentException("There is no content type. Give at least one, for instance application/json.", nameof(contentTypes));
        }

        _allowed = new MediaTypeHeaderValue[contentTypes.Length];
        for (var i = 0; i < contentTypes.Length; i++)
        {
            _allowed[i] = MediaTypeHeaderValue.TryParse(contentTypes[i], out var type)
                ? type
                : throw new ArgumentException($"'{contentTypes[i]}' is no content type. Write it as in application/json or image/*.", nameof(contentTypes));
        }

        Text = string.Join(", ", contentTypes);
    }

    /// <summary>All of them, as in an <c>Accept</c> header.</summary>
    public string Text { get; }

    public bool Allows(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return false;
        }

        foreach (var allowed in _allowed)
        {
            if (type.IsSubsetOf(allowed))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => $"Content types {Text}";
}
