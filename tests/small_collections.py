"""Small folders of documents in our own words, with questions that they answer and questions that they do not."""

ONE = {
    "note.txt": "Revenue rose 12% in the second quarter, to 48 million dollars. The increase came from the new "
    "subscription plan. Costs were flat. We hired 14 people in Lisbon.\n"
}
ONE_ANSWERS = {
    "What changed in the second quarter?": "Revenue rose 12%",
    "How much was revenue in the second quarter?": "48 million",
    "What happened to costs?": "Costs were flat",
    "How many people were hired?": "14 people",
    "Where did we hire people?": "Lisbon",
    "Why did revenue rise?": "subscription plan",
    "how did sales develop": "12%",
}
ONE_SILENT = (
    "What changed in the third quarter?",
    "What is the weather in Zurich?",
    "Who is the chief executive?",
    "How do I bake bread?",
    "What is our password policy?",
    "Which customers left in the second quarter?",
    "How many patents do we hold?",
)

THREE = {
    "leave.md": "# Leave\n\nEveryone has 27 days of paid leave a year. Unused days can be carried over until the end "
    "of March.\n\nParents get sixteen weeks off after a birth, at full pay. Sick leave needs a doctor's note from the "
    "fourth day on.\n",
    "travel.md": "# Travel\n\nBook trains in second class and flights in economy. Hotels may cost up to 140 euros a "
    "night.\n\nTaxis are paid only after ten in the evening. Hand in receipts within thirty days, through the expenses "
    "form.\n",
    "roof.txt": "The roof of the Basel workshop leaks since the storm in October. Repairs will cost 32,000 francs and "
    "the insurer pays half.\nMs Keller leads the repairs; they should be finished before Easter.\n",
}
THREE_ANSWERS = {
    "How many days of leave do I have?": "27 days",
    "Can I carry over vacation days?": "end of March",
    "When do I need a doctor's note?": "fourth day",
    "How expensive may a hotel be?": "140 euros",
    "Which class do I book on trains?": "second class",
    "Who is in charge of the repairs?": "Keller",
    "Does insurance cover the damage?": "insurer pays half",
    "deadline for receipts": "thirty days",
}
THREE_SILENT = (
    "What is the capital of Peru?",
    "How do I reset my password?",
    "What was revenue last year?",
    "Can I bring my dog?",
    "What is the dress code?",
    "How many employees work in Basel?",
    "May I work from home?",
    "Which planes does Swiss fly?",
)

THIRTY = {
    f"memo {number:02}.txt": text + "\n"
    for number, text in enumerate(
        (
            "The ferry Alma was painted green in spring. She carries 240 passengers and 30 cars.",
            "The ferry Bruna is out of service until a new gearbox arrives from Bremen.",
            "A single ticket costs 4 euros, a return ticket 7 euros. Children under six travel free.",
            "Dogs are allowed on the open deck if they are on a lead.",
            "Bicycles cost 2 euros extra. Cargo bikes count as cars.",
            "The kiosk on board sells coffee, soup and rolls; it takes cards only.",
            "In the first quarter we carried 61,000 passengers, 4% fewer than a year before.",
            "In the second quarter we carried 98,000 passengers, helped by a warm May.",
            "In the third quarter we carried 143,000 passengers, the most ever.",
            "In the fourth quarter storms kept the fleet in port for nine days.",
            "Diesel was our largest cost: 1.9 million euros for the year.",
            "The board decided to order an electric ferry from a yard in Turku for 11 million euros.",
            "The electric ferry will be delivered in June 2028 and charge at the north pier.",
            "The north pier needs a transformer, which the town pays for.",
            "Captain Ines Duarte retires in August. Her successor is Paul Brandt.",
            "We employ 54 people, eleven of them only in summer.",
            "Deck hands are trained for two weeks, in February, at the school in Emden.",
            "Life jackets are inspected every twelve months by an outside firm.",
            "Two passengers were slightly hurt when the Alma touched the quay on 3 July.",
            "After the accident the rubber fenders on the south quay were replaced.",
            "The timetable has 14 crossings on weekdays and 9 on Sundays.",
            "The last crossing leaves the island at 22:40, on Fridays at 23:30.",
            "Passengers who miss a connection because of us get their taxi paid up to 40 euros.",
            "Lost property is kept for ninety days in the office at the south pier.",
            "The school class discount is 30%, and a teacher travels free.",
            "The bank lent us 6 million euros at 3.1% for ten years.",
            "A survey of 800 passengers found that most want later boats on Saturdays.",
            "The ticket machines will be replaced because spare parts are no longer made.",
            "Waste oil is collected by a licensed carrier on the first Monday of the month.",
            "The music festival paid us for six extra crossings at night.",
        ),
        1,
    )
}
THIRTY_ANSWERS = {
    "How many passengers does the Alma carry?": "240 passengers",
    "What does a return ticket cost?": "7 euros",
    "Can I take my dog?": "Dogs are allowed",
    "What happened in the second quarter?": "98,000",
    "How many passengers did we carry in the third quarter?": "143,000",
    "Where was the electric ferry ordered?": "Turku",
    "When is the electric ferry delivered?": "June 2028",
    "How many people work for us?": "54 people",
    "Who follows Captain Duarte?": "Paul Brandt",
    "When does the last boat leave on Fridays?": "23:30",
    "How much did we borrow?": "6 million euros",
    "How long is lost property kept?": "ninety days",
    "Is there a discount for school classes?": "30%",
    "Why is the Bruna not running?": "gearbox",
}
THIRTY_SILENT = (
    "What is the boiling point of helium?",
    "Who wrote Hamlet?",
    "What is our policy on stock options?",
    "How do I install the printer driver?",
    "Which vaccines do I need for Kenya?",
    "How many patents were granted?",
    "What is the dividend per share?",
    "What was NVIDIA's revenue in Q2 FY2026?",
)
