using Pipeline.Queues;

namespace Snippets;

internal static class AbstractionsSnippets
{
    public static MessageSchema Schema()
    {
        // snippet: message-schema
        var schema = new MessageSchema("document", version: 2, contentType: "application/json");
        // end snippet
        return schema;
    }
}
