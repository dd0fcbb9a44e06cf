using Xunit;

namespace Pipeline.Caching;

/// <summary>Requests that differ in nothing but a small word, which is where a comparison that passes over grammar is weakest.</summary>
internal static class SmallWordPairs
{
    public static TheoryData<string, string> All { get; } = new()
    {
        { "Is the key on the table?", "Is the key under the table?" },
        { "Can I park here?", "Where can I park?" },
        { "Can I cancel my order?", "How can I cancel my order?" },
        { "Which documents are required?", "Are documents required?" },
        { "Should I drink coffee?", "Can I drink coffee?" },
        { "Do I need to register?", "Can I register?" },
        { "Do I have to pay tax?", "Can I pay tax?" },
        { "How do I sign up?", "How do I sign out?" },
        { "What should I eat?", "When should I eat?" },
        { "Find the bug in this function", "Explain the bug in this function" },
        { "What does Maria mean?", "What does Maria want?" },
        { "Is the soup too hot?", "Is the soup hot?" },
        { "Can I bring a knife and a lighter?", "Can I bring a knife or a lighter?" },
        { "Send her the report", "Send me the report" },
        { "A book by Orwell", "A book about Orwell" },
        { "Did the parcel arrive?", "When did the parcel arrive?" },
        { "Is it open during lunch?", "Is it open until lunch?" },
        { "Look up the number", "Look at the number" },
        { "Can I still apply?", "Can I apply?" },
        { "Delete the file if it is empty", "Delete the file, it is empty" },
        { "Who called the police?", "Why was the police called?" },
        { "Is he her doctor?", "Is she his doctor?" },
        { "Answer the first question", "Answer one question" },
        { "What happened in twenty twenty?", "What happened in forty?" },
    };
}
