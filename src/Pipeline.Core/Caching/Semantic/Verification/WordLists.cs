using System.Collections.Frozen;

namespace Pipeline.Caching;

/// <summary>What the verifier knows of English words, and of negations in a few more languages.</summary>
internal static class WordLists
{
    /// <summary>Contractions whose verb is not what stands before "n't", and such without an apostrophe.</summary>
    public static readonly FrozenDictionary<string, string> Contractions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["can't"] = "can", ["won't"] = "will", ["shan't"] = "shall", ["ain't"] = "is", ["cannot"] = "can", ["dont"] = "do", ["doesnt"] = "does",
        ["didnt"] = "did", ["isnt"] = "is", ["arent"] = "are", ["wasnt"] = "was", ["werent"] = "were", ["couldnt"] = "could", ["shouldnt"] = "should",
        ["wouldnt"] = "would", ["hasnt"] = "has", ["havent"] = "have", ["cant"] = "can",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that deny or exclude, by what they amount to.</summary>
    public static readonly FrozenDictionary<string, string> Negations = Classes(
        "not no never none nobody nothing nowhere neither nor non aint",
        "without lack lacks lacking minus",
        "except excepting excluding excludes exclude excluded barring",
        "unless",
        "hardly barely scarcely rarely seldom",
        "fail fails failed failing failure",
        "avoid avoids avoiding prevent prevents preventing",
        "instead rather",
        "nicht kein keine keinen keinem keiner keines nie niemals nichts",
        "ohne", "außer",
        "pas jamais aucun aucune rien", "sans", "sauf",
        "nunca jamás tampoco ningún ninguna", "sin", "excepto");

    /// <summary>Days, months, seasons, and days counted from today.</summary>
    public static readonly FrozenDictionary<string, string> Dates = Classes(
        "monday mondays mon", "tuesday tuesdays tue tues", "wednesday wednesdays wed", "thursday thursdays thu thurs", "friday fridays fri",
        "saturday saturdays", "sunday sundays", "weekday weekdays", "weekend weekends",
        "january jan", "february feb", "march", "april apr", "june jun", "july jul", "august aug", "september sep sept", "october oct", "november nov",
        "december dec", "spring", "summer summers", "autumn fall", "winter winters",
        "today", "tomorrow", "yesterday", "tonight", "overnight", "morning mornings", "afternoon afternoons", "evening evenings", "noon midday",
        "midnight", "night nights", "christmas", "easter", "holiday holidays",
        "last previous prior", "next upcoming", "current", "ago", "daily everyday", "hourly", "weekly", "monthly", "quarterly",
        "yearly annual annually", "earlier", "later", "former", "latter", "past", "future");

    /// <summary>Units and currencies in full. Their abbreviations count only behind a number.</summary>
    public static readonly FrozenDictionary<string, string> Units = Classes(
        "am", "pm", "second seconds sec secs s", "minute minutes min mins", "hour hours hr hrs h", "day days", "week weeks", "month months", "quarter quarters",
        "year years yr yrs", "decade decades", "century centuries",
        "millimetre millimetres millimeter millimeters mm", "centimetre centimetres centimeter centimeters cm", "metre metres meter meters m",
        "kilometre kilometres kilometer kilometers km kms", "inch inches", "foot feet ft", "yard yards", "mile miles mi",
        "gram grams gramme grammes g", "kilogram kilograms kilo kilos kg kgs", "milligram milligrams mg", "ton tons tonne tonnes t", "ounce ounces oz",
        "pound pounds lb lbs quid £ gbp", "stone stones", "litre litres liter liters l", "millilitre millilitres milliliter milliliters ml",
        "gallon gallons", "pint pints", "cup cups", "tablespoon tablespoons tbsp", "teaspoon teaspoons tsp",
        "celsius °c centigrade c", "fahrenheit °f f", "kelvin", "percent % pct",
        "byte bytes", "kilobyte kilobytes kb kib", "megabyte megabytes mb mib", "gigabyte gigabytes gb gib", "terabyte terabytes tb tib",
        "bit bits", "megabit megabits mbit mbps", "gigabit gigabits gbit gbps",
        "millisecond milliseconds ms", "watt watts w", "kilowatt kilowatts kw", "volt volts v", "amp amps ampere amperes", "calorie calories kcal",
        "joule joules", "hertz hz", "megahertz mhz", "gigahertz ghz", "kph kmh km/h", "mph",
        "dollar dollars $ usd bucks buck", "euro euros € eur", "yen ¥ jpy", "franc francs chf", "rupee rupees ₹ inr", "yuan rmb cny", "cent cents ¢",
        "penny pence p", "peso pesos", "bitcoin bitcoins btc ₿", "won ₩ krw", "ruble rubles rouble roubles ₽ rub");

    /// <summary>Those of <see cref="Units"/> that are also other words, or letters, and so count only behind a number.</summary>
    public static readonly FrozenSet<string> UnitsBehindNumbers = Words(
        "second sec min h hr m mi g t l c f p w ms stone cup cups foot yard amp won am pm a s");

    /// <summary>Words of how many, how often and how surely.</summary>
    public static readonly FrozenDictionary<string, string> Quantities = Classes(
        "all every each everyone everybody everything entire whole", "some several", "most mostly", "few", "many", "both", "only solely exclusively", "always",
        "sometimes occasionally", "usually often frequently", "half", "quarter", "double", "triple", "dozen", "twice", "once", "thrice", "pair", "least",
        "almost nearly", "same", "must need needs needed");

    public static readonly FrozenDictionary<string, int> SmallNumbers = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["zero"] = 0, ["one"] = 1, ["two"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6, ["seven"] = 7, ["eight"] = 8, ["nine"] = 9,
        ["ten"] = 10, ["eleven"] = 11, ["twelve"] = 12, ["thirteen"] = 13, ["fourteen"] = 14, ["fifteen"] = 15, ["sixteen"] = 16, ["seventeen"] = 17,
        ["eighteen"] = 18, ["nineteen"] = 19, ["twenty"] = 20, ["thirty"] = 30, ["forty"] = 40, ["fifty"] = 50, ["sixty"] = 60, ["seventy"] = 70,
        ["eighty"] = 80, ["ninety"] = 90,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>"The first question" is not "one question". What can also be a unit, a second, is not among them.</summary>
    public static readonly FrozenDictionary<string, int> Ordinals = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["first"] = 1, ["third"] = 3, ["fourth"] = 4, ["fifth"] = 5, ["sixth"] = 6, ["seventh"] = 7, ["eighth"] = 8, ["ninth"] = 9, ["tenth"] = 10,
        ["eleventh"] = 11, ["twelfth"] = 12, ["thirteenth"] = 13, ["fourteenth"] = 14, ["fifteenth"] = 15, ["twentieth"] = 20, ["thirtieth"] = 30,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, long> Multipliers = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["hundred"] = 100, ["thousand"] = 1_000, ["k"] = 1_000, ["million"] = 1_000_000, ["billion"] = 1_000_000_000, ["trillion"] = 1_000_000_000_000,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenSet<string> OrdinalEndings = Words("st nd rd th");

    /// <summary>Words that ask for something of their own: "Can I park?" is not "Where can I park?".</summary>
    public static readonly FrozenDictionary<string, string> Questions = Classes("when", "where", "who whom whose", "why", "how");

    /// <summary>Verbs with which a question begins that is answered by yes or no.</summary>
    public static readonly FrozenSet<string> Auxiliaries = Words(
        "is are am was were do does did can could may might must shall should will would has have had isn aren");

    /// <summary>Small words whose order among the others matters, though they need not stand in both texts.</summary>
    public static readonly FrozenSet<string> Directions = Words("from to into onto than with for and or but");

    /// <summary>
    /// Words that say nothing of what is asked: grammar and courtesy. Small words that do ("up" and "out" behind "sign", "under", "after", "if") are not
    /// among them.
    /// </summary>
    public static readonly FrozenSet<string> Fillers = Words(
        "a an the this that these those it its is are am be been being was were do does did done has have had having can could may might shall should will "
        + "would i me my mine myself we us our ours you your yours he him his she her hers they them their theirs one ones there here what which whether of in "
        + "on at for to from with about into onto as than and or but so then also just really actually exactly please kindly thanks thank hi hello hey dear "
        + "tell explain describe define wonder wondering possible possibly able any ever much many some someone anything anyone whats im");

    /// <summary>Wishes, which say nothing behind "I", "you" or "would": "I want to know", "do you know", "I would like to".</summary>
    public static readonly FrozenSet<string> Wishes = Words("want like know wish");

    /// <summary>Different words for the same, by the one that stands for all.</summary>
    public static readonly FrozenDictionary<string, string> Synonyms = Classes(
        "buy purchase bought", "delete remove erase", "start begin commence", "finish complete end", "fix repair mend", "picture image photo photograph",
        "phone telephone cellphone mobile", "big large", "small little", "fast quick rapid", "car automobile", "film movie", "flat apartment",
        "doctor physician", "child kid children", "choose select pick", "answer reply respond", "login signin logon log",
        "cost price charge", "email mail", "allow permit allowed permitted", "ship deliver", "summarise summarize summary summarisation summarization", "enable activate",
        "disable deactivate", "use utilise utilize", "colour color", "centre center", "licence license", "cancel cancelled canceled", "differ difference different", "show list display give", "calculate compute",
        "write wrote written author", "pay paid", "send sent", "lose lost", "take took taken", "make made", "people person persons", "man men", "woman women",
        "wifi wlan", "job occupation", "rule regulation", "warn caution");

    /// <summary>Words that exclude each other. Either side stands for the forms of its words.</summary>
    public static readonly IReadOnlyList<string[]> Opposites = Groups(
        "before|after", "above|below", "over|under|beneath", "up|down", "in|out", "into|out", "on|off", "inside|outside", "from|to", "for|against", "with|without",
        "left|right", "since|until", "north|south|east|west", "increase raise grow rise|decrease reduce lower shrink fall|double|halve",
        "more|less|fewer", "greater|smaller lesser", "higher|lower", "longer|shorter", "older|younger newer", "faster|slower", "cheaper|dearer pricier",
        "maximum max most highest greatest|minimum min least lowest smallest", "best|worst", "better|worse", "good|bad", "high|low", "hot|cold|warm|cool",
        "open|close|shut", "start begin|stop end finish|pause", "enable activate allow permit|disable deactivate forbid prohibit block ban", "enter|exit leave",
        "arrive|leave depart", "come|go", "buy|sell|rent|lease", "buyer|seller", "lend|borrow", "lender|borrower", "give|take", "send|receive", "sender|receiver recipient",
        "push|pull", "win|lose", "winner|loser", "accept|reject decline deny refuse", "approve|reject deny", "grant|revoke deny", "add|remove delete subtract",
        "create make|delete destroy remove", "insert|delete", "attach|detach", "connect|disconnect", "lock|unlock", "login|logout", "subscribe|unsubscribe",
        "import|export", "upload|download", "read|write", "encode|decode", "encrypt|decrypt", "compress|decompress", "expand|collapse", "show|hide", "visible|hidden",
        "public|private", "internal|external", "input|output", "inbound incoming|outbound outgoing", "credit|debit", "asset|liability", "profit|loss",
        "income|expense", "gain|loss", "true|false", "yes|no", "positive|negative|neutral", "success|failure", "pass|fail", "succeed|fail", "alive|dead", "live|die",
        "birth|death", "born|die", "male|female", "man|woman", "boy|girl", "husband|wife", "father|mother", "son|daughter", "brother|sister", "king|queen",
        "old|new|young", "hard difficult|easy simple", "hard|soft", "heavy|light", "dark|light", "wet|dry", "full|empty", "early|late", "first|last", "front|back|rear",
        "top|bottom", "begin|end", "ancient|modern", "wide|narrow", "deep|shallow", "thick|thin", "strong|weak", "rich|poor", "safe|dangerous", "healthy|sick ill",
        "cheap|expensive", "cheapest|expensive", "free|paid", "mandatory required compulsory|optional voluntary", "should ought|must|can could may might", "and|or", "required|forbidden",
        "legal|illegal forbidden", "permanent|temporary", "manual|automatic", "synchronous|asynchronous", "horizontal|vertical", "row|column", "serial|parallel",
        "major|minor", "primary|secondary", "parent|child", "teacher|student", "doctor|patient", "employer|employee", "landlord|tenant", "attack|defend",
        "advantage pro benefit|disadvantage drawback con", "include|exclude", "save|spend|waste", "remember|forget", "love like|hate dislike", "agree|disagree",
        "agonist|antagonist", "hypertension|hypotension", "vegan|vegetarian|meat", "raw|cooked", "domestic|foreign", "together|apart|separately",
        "is are am|was were|will shall", "do does|did", "did|will shall", "i me my mine we us our ours|he him his|she her hers", "ascending|descending", "latest newest|oldest earliest",
        "red|blue|green|yellow|black|white|orange|purple|pink|brown|grey gray", "wireless|wired", "online|offline", "always|never|sometimes");

    /// <summary>Beginnings that change what a word means, the empty one among them: "paid", "unpaid", "prepaid", "repaid".</summary>
    public static readonly IReadOnlyList<string> Prefixes =
    [
        "", "un", "in", "im", "il", "ir", "non", "dis", "mis", "anti", "de", "re", "pre", "post", "over", "under", "out", "up", "down", "ex", "en", "em", "sub",
        "super", "inter", "intra", "counter", "hyper", "hypo", "semi", "multi", "mono", "bi",
    ];

    /// <summary>Ends that exclude each other: "harmful" and "harmless", "wired" and "wireless", "employer" and "employee".</summary>
    public static readonly IReadOnlyList<(string First, string Second)> Suffixes =
    [
        ("ful", "less"), ("", "less"), ("ed", "less"), ("y", "less"), ("er", "ee"), ("or", "ee"), ("", "proof"), ("", "free"),
    ];

    private static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The first word of each class stands for all of it.</summary>
    private static FrozenDictionary<string, string> Classes(params string[] classes)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var members in classes.Select(static one => one.Split(' ')))
        {
            foreach (var member in members)
            {
                words.TryAdd(member, members[0]);
            }
        }

        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string[][] Groups(params string[] groups) => [.. groups.Select(static group => group.Split('|'))];
}
