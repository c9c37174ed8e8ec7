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
THIRTY_NEAR = (
    "Can I pay by bitcoin?",
    "What does a cup of tea cost in London?",
    "How do I train for a marathon?",
    "Who won the race in March?",
    "Is there a leash law in Berlin?",
    "How many employees does Siemens have?",
    "Why did the share price fall?",
    "What is the school holiday schedule?",
    "How many trees were planted?",
    "Which bank robbers were caught?",
    "How much sugar does the cake need?",
)
"""A word of theirs stands in a memo that is about something else."""
THIRTY_MISTAKEN = (
    "Who is the captain of the chess club?",
    "How many cars did Toyota sell?",
    "Does the museum open on Sundays?",
    "What is the electric bill?",
)
"""The same, and by words and meaning they cannot be told from questions that a memo answers."""

NOTES = {
    "alpha.md": "# Harbour notes\n\nThe Kestrel ferry carried 412,300 passengers in 2025, up from 388,900 in 2024. "
    "In the second quarter the night line to Port Ellum was closed, and the summer timetable began on 2 June.\n\n"
    "In 2025, we replaced the starboard engine. The company employed 57 people in 2025.\n",
    "minutes.md": "# Minutes of the allotment committee, 14 March 2026\n\n"
    "Present: Rosa Lind (chair), Omar Haddad (treasurer), Bea Novak, Tom Yates\n"
    "Apologies: Priya Shah\n\n"
    "## 1. Water\n\n- The standpipe by plot 9 drips. Tom will fit a new washer before Easter.\n"
    "- Hoses must not be left running overnight.\n\n"
    "## 2. Money\n\n- Balance on 1 March: £2,315.40\n- Rent goes up to £48 a plot from October.\n"
    "- Omar asked for two quotes for the fence. Decision put off to the April meeting.\n\n"
    "## 3. Waiting list\n\n- 23 names on the list; the wait is about three years.\n"
    "- Agreed: half plots will be offered first.\n\n"
    "Next meeting: Thursday 9 April, 7.30 pm, in the scout hut.\n",
    "kit list.md": "# Field station kit\n\n"
    "| Item | Quantity | Kept in | Last checked |\n|---|---|---|---|\n"
    "| Head torches | 12 | cabin locker | 3 February |\n| Inflatable boat | 1 | boat shed | 20 January |\n"
    "| First aid kits | 4 | kitchen | 11 March |\n| Satellite phone | 1 | office safe | 11 March |\n\n"
    "Batteries: AA only. The spare key hangs behind the kitchen door.\n\n"
    "* generator runs on petrol, 20 litres last two days\n* wifi password is on the fridge\n"
    "* call Jonas (0171 555 20) if the pump stops\n",
    "log.txt": "mon - flour late again, baker used the rye instead\ntue - oven 2 at 190 not 220, thermostat ordered\n"
    "wed - sold out of seeded loaves by 11, make 60 next week\nthu - Hanna starts on the till\n"
    "fri - health inspector came, gave us a 5\n",
}
NOTES_ANSWERS = {
    "How many passengers did the Kestrel carry in 2025?": "412,300",
    "What changed in the second quarter?": "night line",
    "How many employees are there?": "57 people",
    "What was replaced in 2025?": "starboard engine",
    "When did the summer timetable begin?": "2 June",
    "Who is the treasurer?": "Omar Haddad",
    "What is the rent per plot?": "£48",
    "How much money do we have in the bank?": "2,315.40",
    "When is the next meeting?": "9 April",
    "How long is the waiting list?": "23 names",
    "How many names are on the waiting list?": "23 names",
    "who fixes the standpipe": "Tom",
    "What was decided about the fence?": "April meeting",
    "How many head torches do we have?": "12",
    "Where is the satellite phone?": "office safe",
    "when was the boat last checked": "20 January",
    "Where's the spare key?": "kitchen door",
    "What does the generator run on?": "petrol",
    "Who starts on the till?": "Hanna",
    "What is wrong with oven 2?": "thermostat",
}
NOTES_SILENT = (
    "What changed in the fourth quarter?",
    "How many passengers did the Kestrel carry in 2019?",
    "How many bicycles were stolen?",
    "How many volunteers are there?",
    "Who is the secretary of the orchestra?",
    "What is the tuition fee?",
    "When does the swimming pool open?",
    "What is the recipe for tiramisu?",
    "Which antivirus software do we use?",
    "What was our profit in 2025?",
    "How many helicopters do we have?",
    "Where do I park my car?",
)

OFFICE = {
    "runbook.md": "# Print server runbook\n\n## Restart\n\n1. Log in to vesta as operator.\n2. Stop the queue with "
    "`lpadmin -x`. Wait a minute before the next step.\n3. Start it again and print a test page.\n\n## Contacts\n\n"
    "| Role | Name | Phone |\n|---|---|---|\n| On call | Mina Sorensen | 4410 |\n"
    "| Supplier | Papyrus GmbH | 030 5567 |\n",
    "standup.md": "## Standup 12 May\n\n- Lena: finished the export, starts on search today\n"
    "- Raj: blocked by the missing test account; asked Ops on Monday\n- Two bugs open, both minor\n"
    "- Release moves from Thursday to the following Tuesday\n",
    "letter.txt": "Dear tenants,\n\nthe lift will be out of order from 3 to 9 June while the cables are changed. "
    "Please use the stairs in the back. We are sorry for the trouble; the rent for June is reduced by 5%.\n\n"
    "Bins are emptied on Wednesdays from now on.\n",
    "results.md": "# Bakery, second quarter 2025\n\n| | Q2 2025 | Q2 2024 |\n|---|---|---|\n"
    "| Revenue | 214,000 | 190,500 |\n"
    "| Staff | 11 | 9 |\n| Loaves sold | 31,200 | 29,800 |\n\nFlour prices fell by a tenth. We opened a stall at the "
    "Saturday market, and 300 customers joined the bread club.\n",
}
OFFICE_ANSWERS = {
    "Who is on call?": "Mina Sorensen",
    "What is the supplier's phone number?": "030 5567",
    "How do I stop the queue?": "lpadmin",
    "Why is Raj blocked?": "test account",
    "How many bugs are open?": "Two bugs",
    "When is the release?": "Tuesday",
    "What is Lena working on?": "search",
    "When is the lift out of order?": "3 to 9 June",
    "By how much is the rent reduced?": "5%",
    "when are the bins emptied": "Wednesdays",
    "What was revenue in Q2 2025?": "214,000",
    "How many loaves were sold?": "31,200",
    "How many employees do we have?": "11",
    "How many people are in the bread club?": "300 customers",
    "What happened in the second quarter of 2025?": "Flour prices fell",
    "What happened to flour prices?": "tenth",
}
OFFICE_SILENT = (
    "What is the wifi password?",
    "How many printers do we own?",
    "Who won the football match?",
    "What happened in the first quarter of 2025?",
    "What is the rent of the garage in Madrid?",
    "How many tenants complained?",
    "What was revenue in 2019?",
    "How do I cancel my gym membership?",
    "What is our dividend policy?",
    "Who is the head of marketing?",
)
