package sample

var domains = []string{"example.com", "acme.test", "nordwind.test", "eng.example.com"}

// striking are names that show what a table has to bear: short, long, accented, wide, and in other scripts.
var striking = []person{
	{given: "Ben", family: "Okafor"},
	{given: "Chiara", family: "Conti"},
	{given: "さくら", family: "小林", familyFirst: true, latin: "sakura.kobayashi"},
	{given: "Łukasz", family: "Wiśniewski"},
	{given: "Thị Minh Khai", family: "Nguyễn", familyFirst: true, latin: "khai.nguyen"},
	{given: "Wei", family: "Li"},
	{given: "Maximiliana-Alexandra", family: "von Hohenzollern-Sigmaringen", latin: "maximiliana.hohenzollern"},
	{given: "Bo", latin: "bo"},
	{given: "José María", family: "Núñez d'Ávila", latin: "josemaria.nunez"},
	{given: "민준", family: "김", familyFirst: true, latin: "minjun.kim"},
	{given: "Ελένη", family: "Παπαδοπούλου", latin: "eleni.papadopoulou"},
	{given: "Søren", family: "Ångström"},
	{given: "Олена", family: "Шевченко", latin: "olena.shevchenko"},
	{given: "Sinéad", family: "O'Brien"},
	{given: "伟", family: "王", familyFirst: true, latin: "wei.wang"},
	{given: "ნინო", family: "ბერიძე", latin: "nino.beridze"},
}

var given = []string{
	"Ada", "Amara", "Anders", "Anna", "Aroha", "Aylin", "Björn", "Camille", "Carlos", "Chidi", "Clara", "Dalia", "Daniel", "Diego",
	"Elif", "Emeka", "Emma", "Farah", "Fatima", "Felix", "Finn", "Freya", "Gabriel", "Giulia", "Grace", "Hana", "Hugo", "Ines", "Ivan",
	"Jana", "Jonas", "Júlia", "Kai", "Karim", "Katya", "Kofi", "Lea", "Leila", "Liam", "Lina", "Lucía", "Mads", "Maja", "Marek", "Mateo",
	"Mei", "Mila", "Mohamed", "Nadia", "Nia", "Nils", "Noah", "Nora", "Olga", "Oscar", "Paula", "Petra", "Priya", "Rafael", "Ravi", "Renée",
	"Rosa", "Ruth", "Samuel", "Sara", "Sofia", "Stefan", "Tariq", "Teresa", "Thabo", "Tomás", "Uma", "Vera", "Viktor", "Wanda", "Yara", "Yusuf", "Zoë",
}

var family = []string{
	"Abara", "Andersen", "Andrade", "Bakker", "Bauer", "Berg", "Bianchi", "Cabrera", "Castillo", "Çelik", "Chen", "Costa", "Dahl", "Demir",
	"Diallo", "Dubois", "Eriksen", "Fernández", "Ferrari", "Fischer", "García", "Gómez", "Haddad", "Hansen", "Hoffmann", "Horák", "Ibrahim",
	"Ivanov", "Jansen", "Jensen", "Kamau", "Kaya", "Keller", "Kovács", "Kowalski", "Laine", "Larsen", "Lefèvre", "Lindgren", "Lopez", "Marino",
	"Mendes", "Meyer", "Mbeki", "Moreau", "Müller", "Nakamura", "Nielsen", "Novák", "Nowak", "Okoye", "Olsen", "Osei", "Patel", "Pereira",
	"Petrov", "Popescu", "Quispe", "Rahman", "Reyes", "Ricci", "Rossi", "Ruiz", "Sandberg", "Santos", "Schmidt", "Silva", "Singh", "Sørensen",
	"Suzuki", "Takahashi", "Tanaka", "Torres", "Tóth", "Vargas", "Virtanen", "Weber", "Yamamoto", "Yılmaz", "Zhang", "Zieliński",
}

// jobs are what service accounts are for.
var jobs = []struct{ name, does string }{
	{"deploy-bot", "Rolls out releases from the main branch"},
	{"backup-nightly", "Copies the databases to cold storage at 02:00"},
	{"metrics-exporter", "Reads usage figures every minute"},
	{"ci-runner", "Builds and tests pull requests"},
	{"billing-sync", "Brings invoices over from the ledger"},
	{"alert-router", "Turns alerts into pages for whoever is on call"},
	{"search-indexer", "Keeps the search index up to date"},
	{"image-scanner", "Looks for known holes in container images"},
	{"mail-relay", ""},
	{"data-import", "Loads the partners' files, see the runbook"},
	{"certificate-renewer", "Renews certificates two weeks before they end"},
	{"chat-bridge", "Posts events to the team's channels"},
	{"report-builder", "Monday's figures for the management"},
	{"feature-flags", "Reads flags for the web shop"},
	{"terraform", "Plans and applies the infrastructure"},
	{"log-shipper", ""},
	{"warehouse-loader", "Fills the data warehouse each night"},
	{"status-page", "Publishes incidents"},
}

var places = []string{"staging", "eu", "us", "apac", "test", "old", "blue", "green"}
