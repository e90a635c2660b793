"""How the subjects of automatic replies begin, before the colon.

Outlook and Exchange write them in the language of the mailbox, and often without any header that
says what they are. One row for each language that they come in; to add one needs no code.
"""

SUBJECTS = (
    # English
    'Automatic reply', 'Auto reply', 'Auto-reply', 'Autoreply', 'Out of office',
    'Out of office autoreply', 'Out of office reply', 'Autoresponse',
    # Western Europe
    'Automatische Antwort', 'Abwesenheitsnotiz', 'Automatisch antwoord',
    'Afwezigheidsbericht', 'Réponse automatique', "Réponse d'absence",
    "Message d'absence", 'Absence du bureau', 'Respuesta automática', 'Fuera de oficina',
    'Fuera de la oficina', 'Resposta automática', 'Ausência temporária', 'Fora do escritório',
    'Resposta automàtica', 'Fora de l’oficina', 'Erantzun automatikoa', 'Risposta automatica',
    'Fuori sede', 'Automatesch Äntwert', 'Freagra uathoibríoch', 'Ateb awtomatig',
    'Tweġiba awtomatika',
    # Northern Europe
    'Automatisk svar', 'Automatiskt svar', 'Autosvar', 'Frånvaromeddelande', 'Ikke til stede',
    'Ikke på kontoret', 'Fraværsmelding', 'Automaattinen vastaus', 'Sjálfvirkt svar',
    'Automaatvastus', 'Automaatne vastus', 'Automātiska atbilde', 'Automātiskā atbilde',
    'Automatinis atsakymas', 'Automatinis atsakas',
    # Central and Eastern Europe
    'Odpowiedź automatyczna', 'Automatyczna odpowiedź', 'Autoodpowiedź', 'Poza biurem',
    'Automatická odpověď', 'Mimo kancelář', 'Automatická odpoveď', 'Mimo kancelárie',
    'Automatikus válasz', 'Házon kívül', 'Răspuns automat', 'Mesaj automat', 'Automatski odgovor',
    'Automatski odziv', 'Samodejni odgovor', 'Avtomatski odgovor', 'Аутоматски одговор',
    'Автоматичен отговор', 'Автоматски одговор', 'Автоматический ответ', 'Автоответ',
    'Автоматична відповідь', 'Аўтаматычны адказ', 'Αυτόματη απάντηση', 'Απουσία από το γραφείο',
    'Përgjigje automatike',
    # Turkey, the Middle East and Central Asia
    'Otomatik yanıt', 'Otomatik cevap', 'Avtomatik cavab', 'Автоматты жауап', 'Avtomatik javob',
    'מענה אוטומטי', 'תשובה אוטומטית', 'תגובה אוטומטית', 'رد تلقائي', 'الرد التلقائي', 'پاسخ خودکار',
    'خودکار جواب', 'ავტომატური პასუხი', 'Ավտոմատ պատասխան',
    # South and South-East Asia, Africa
    'स्वचालित उत्तर', 'स्वचालित जवाब', 'स्वयंचलित उत्तर', 'স্বয়ংক্রিয় উত্তর', 'தானியங்கு பதில்',
    'స్వయంచాలక ప్రత్యుత్తరం', 'ಸ್ವಯಂಚಾಲಿತ ಪ್ರತ್ಯುತ್ತರ', 'സ്വയമേവയുള്ള മറുപടി', 'સ્વચાલિત જવાબ',
    'ਸਵੈਚਲਿਤ ਜਵਾਬ', 'ตอบกลับอัตโนมัติ', 'การตอบกลับอัตโนมัติ', 'ข้อความตอบกลับอัตโนมัติ',
    'Trả lời tự động', 'Thư trả lời tự động', 'Balasan otomatis', 'Balasan automatik',
    'Jawapan automatik', 'Awtomatikong tugon', 'Awtomatikong sagot', 'Jibu otomatiki',
    'Outomatiese antwoord',
    # East Asia
    '자동 회신', '자동회신', '자동 응답', '자동 답장', '부재중 자동 회신',
    '自動応答', '自動返信', '不在通知',
    '自动答复', '自动回复', '自动回覆', '自動回覆', '自動回復', '自動答覆',
)
