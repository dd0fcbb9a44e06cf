using Xunit;

namespace Pipeline.Caching;

/// <summary>Requests that say the same in other words, and may have each other's answer.</summary>
internal static class ParaphrasePairs
{
    public static TheoryData<string, string> All { get; } = Of(
        ("How do I reset my password?", "How can I reset my password?"),
        ("How do I reset my password?", "Please tell me how to reset my password"),
        ("How do I reset my password?", "how do i reset my password"),
        ("What is the capital of France?", "Tell me the capital of France"),
        ("What is the capital of France?", "what's the capital of france"),
        ("What is the capital of France?", "What is France's capital?"),
        ("Is the ticket refundable?", "Are tickets refundable?"),
        ("Is the ticket refundable?", "Could you tell me whether the ticket is refundable?"),
        ("How much does the premium plan cost?", "What does the premium plan cost?"),
        ("How much does the premium plan cost?", "What is the price of the premium plan?"),
        ("Can I cancel my order?", "Is it possible to cancel my order?"),
        ("Can I cancel my order?", "Am I able to cancel an order?"),
        ("Can I cancel my order?", "I would like to cancel my order"),
        ("Where is my package?", "Where's my package?"),
        ("Explain photosynthesis", "What is photosynthesis?"),
        ("Explain photosynthesis", "Can you explain photosynthesis to me?"),
        ("Explain how photosynthesis works", "How does photosynthesis work?"),
        ("Summarise this article", "Please summarise the article"),
        ("Summarise this article", "Give me a summary of this article"),
        ("Why is the sky blue?", "Can you tell me why the sky is blue?"),
        ("How long does shipping take?", "How long will shipping take?"),
        ("How do I buy a license?", "How can I purchase a license?"),
        ("How do I delete my account?", "How do I remove my account?"),
        ("How do I delete my account?", "I want to delete my account, how do I do that?"),
        ("What are the side effects of aspirin?", "Which side effects does aspirin have?"),
        ("What are the side effects of aspirin?", "What side effects can aspirin have?"),
        ("Who wrote Hamlet?", "Who is the author of Hamlet?"),
        ("Who wrote Hamlet?", "Hamlet was written by whom?"),
        ("How many days are in a leap year?", "How many days does a leap year have?"),
        ("What time does the shop open on Monday?", "When does the shop open on Monday?"),
        ("Does the price include tax?", "Is tax included in the price?"),
        ("Is breakfast included?", "Does it include breakfast?"),
        ("What is 15% of 80?", "Calculate 15% of 80"),
        ("What is 15% of 80?", "How much is 15% of 80?"),
        ("Convert 5 km to miles", "What is 5 km in miles?"),
        ("Convert 5 km to miles", "Please convert 5 kilometres to miles"),
        ("Does it cost $1,000?", "Does it cost $1000?"),
        ("Book a table for two", "Book a table for 2"),
        ("I can't log in", "I cannot log in"),
        ("I can't log in", "I am not able to log in"),
        ("Why doesn't the engine start?", "Why does the engine not start?"),
        ("Why doesn't the engine start?", "Why is the engine not starting?"),
        ("How do I connect without a password?", "How can I connect without any password?"),
        ("What happens if I never pay?", "What happens if I do not ever pay?"),
        ("Which plan is best for students?", "What is the best plan for students?"),
        ("Which plan is best for students?", "Which plan is the best one for students?"),
        ("How do I enable dark mode?", "How can I turn on dark mode?"),
        ("How do I enable dark mode?", "How to enable the dark mode"),
        ("Show me the sales of last month", "Show last month's sales"),
        ("List all users", "Show all users"),
        ("Is there parking at the hotel?", "Does the hotel have parking?"),
        ("Is there parking at the hotel?", "Is parking available at the hotel?"),
        ("Do you ship to Canada?", "Do you deliver to Canada?"),
        ("Do you ship to Canada?", "Are you shipping to Canada?"),
        ("Fix the bug in this function", "Repair the bug in this function"),
        ("Fix the bug in this function", "Please fix the bug that is in this function."),
        ("What is the difference between TCP and UDP?", "How do TCP and UDP differ?"),
        ("What is the difference between TCP and UDP?", "Explain the difference between TCP and UDP"),
        ("Translate 'hello' into Spanish", "How do you say 'hello' in Spanish?"),
        ("Translate 'hello' into Spanish", "Please translate 'hello' to Spanish"),
        ("Can I bring a guest?", "Am I allowed to bring a guest?"),
        ("Can I bring a guest?", "May I bring guests?"),
        ("How big is the apartment?", "How large is the flat?"),
        ("What documents do I need for a visa?", "Which documents are needed for a visa?"),
        ("What documents do I need for a visa?", "What documents are required for a visa?"),
        ("Where can I find the invoice?", "Where do I find my invoice?"),
        ("How do I contact support?", "How can I get in contact with support?"),
        ("How do I contact support?", "Hi, how do I contact the support? Thanks!"),
        ("What is a vector database?", "Can you explain what a vector database is?"),
        ("What is a vector database?", "Define vector database"),
        ("Which foods should cats not eat?", "Which foods should a cat not eat?"),
        ("How old is the universe?", "What is the age of the universe?"));

    private static TheoryData<string, string> Of(params (string Stored, string Asked)[] pairs)
    {
        var data = new TheoryData<string, string>();
        foreach (var (stored, asked) in pairs)
        {
            data.Add(stored, asked);
        }

        return data;
    }
}
