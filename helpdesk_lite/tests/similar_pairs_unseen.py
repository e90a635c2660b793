"""Pairs of tickets that no weight of the measure was set by: they tell how it does with new ones.

Written before the measure was last changed. Whoever changes a weight, a list of words or a
threshold looks at `similar_pairs.py` alone, and reads here what came of it.

``(subject, text, other subject, other text, who wrote the other one, same day)``; the other one's
writer is the `SAME` customer, a `COLLEAGUE` in the same company, or an `OTHER` customer.
"""

SAME, COLLEAGUE, OTHER = 'same', 'colleague', 'other'

FORKLIFT = ('Forklift battery dead', 'The battery of forklift 7 no longer charges.')
CHARGE = ('Double charge on my card', 'My card was charged twice for order 55310.')
ROOM = ('Air conditioning in room 12', 'The air conditioning in room 12 blows warm air.')
APP = ('App crashes at start',
       'After the latest update the app closes itself right after starting.')
WIFI = ('Wi-Fi too slow in the warehouse', 'The wireless network in the warehouse is very slow.')
CHAIR = ('Refund for returned chair',
         'I returned the chair three weeks ago and still wait for my money.')
FORKLIFT_KO = ('지게차 배터리 방전', '7번 지게차 배터리가 충전되지 않습니다.')
CHARGE_KO = ('카드 이중 결제', '주문 55310 건이 카드로 두 번 결제되었습니다.')
ROOM_KO = ('에어컨에서 찬바람이 안 나와요', '회의실 3 에어컨을 켜도 더운 바람만 나옵니다.')
APP_KO = ('앱이 바로 꺼집니다', '최신 업데이트 후 앱을 실행하면 바로 종료됩니다.')
WIFI_KO = ('창고 와이파이 느림', '창고에서 무선 인터넷이 너무 느립니다.')
CHAIR_KO = ('반품 환불 문의', '3주 전에 의자를 반품했는데 아직 환불이 되지 않았습니다.')

DUPLICATES = [
    (*FORKLIFT, "Forklift 7 won't start",
     'Its battery seems to be empty although it was on the charger all night.', COLLEAGUE, True),
    (*CHARGE, 'Charged two times', 'Order 55310 was debited twice from my credit card.',
     SAME, False),
    (*ROOM, 'Room 12 is too hot',
     'It is 29 degrees in room 12, the air conditioning does not cool.', COLLEAGUE, True),
    ('Scanner does not read barcodes',
     'The hand scanner at dock 3 does not read any barcode since Tuesday.',
     'Hand scanner at dock 3 broken',
     'No barcode is read by the scanner, we type all numbers by hand.', COLLEAGUE, False),
    ('Please reset my password', '',
     'Password reset needed', 'I forgot my password, please reset it.', SAME, True),
    ('Missing parts in delivery', 'Delivery note 7781: two hinges are missing.',
     'Hinges missing', 'We miss two hinges in the delivery with note 7781.', SAME, False),
    (*APP, 'Application closes immediately',
     'Since the update the app crashes as soon as I open it.', OTHER, True),
    (*WIFI, 'Slow wireless network',
     'In the warehouse the Wi-Fi is so slow that the tablets time out.', COLLEAGUE, False),
    (*CHAIR, 'Where is my refund?', 'The chair went back three weeks ago, no refund so far.',
     SAME, False),
    ('Screen of the till flickers', 'The screen of till 2 flickers.',
     'Till 2: flickering display', '', COLLEAGUE, True),
    (*FORKLIFT_KO, '7번 지게차 시동 안 걸림',
     '밤새 충전했는데도 배터리가 방전된 것 같습니다.', COLLEAGUE, True),
    (*CHARGE_KO, '결제가 두 번 됐어요', '주문번호 55310인데 카드에서 두 번 빠져나갔습니다.',
     SAME, False),
    (*ROOM_KO, '회의실 3 냉방 불량', '에어컨에서 더운 바람만 나오고 시원해지지 않습니다.',
     COLLEAGUE, True),
    ('비밀번호 초기화 부탁드립니다', '',
     '비밀번호 초기화 요청', '비밀번호를 잊어버렸습니다. 초기화해 주세요.', SAME, True),
    ('부품 누락', '납품서 7781에서 경첩 두 개가 빠졌습니다.',
     '경첩이 안 왔습니다', '납품서 7781 건에 경첩 2개가 누락되었습니다.', SAME, False),
    (*APP_KO, '업데이트 후 앱 실행 불가',
     '앱을 열자마자 꺼져 버립니다. 업데이트한 뒤부터입니다.', OTHER, True),
    (*WIFI_KO, '와이파이가 느려요', '창고 와이파이 속도가 느려서 태블릿이 자꾸 멈춥니다.',
     COLLEAGUE, False),
    (*CHAIR_KO, '환불이 안 됐어요',
     '의자 반품한 지 3주가 지났는데 환불 금액이 들어오지 않았습니다.', SAME, False),
    ('오븐 유리문이 깨졌습니다', '',
     '유리문 파손', '배송된 오븐의 유리문에 금이 가 있습니다.', COLLEAGUE, False),
    ('포스기 화면 깜빡임', '2번 계산대 포스기 화면이 깜빡거립니다.',
     '2번 계산대 화면 이상', '화면이 계속 깜빡거려서 계산하기 어렵습니다.', COLLEAGUE, True),
]

STRANGERS = [
    (*FORKLIFT, 'Forklift driver training',
     'Please book the forklift training in May for two new drivers.', COLLEAGUE, True),
    (*CHARGE, 'Change my card', 'My credit card expires, how do I enter the new one?', SAME, True),
    (*ROOM, 'Book room 12', 'Please book room 12 for Thursday, ten people.', COLLEAGUE, False),
    ('Order 55310', 'Can I add another chair to order 55310?',
     'Order 61277', 'Please send the invoice for order 61277 to our accountant.', SAME, False),
    (*APP, 'App in French', 'Is there a French version of the app?', OTHER, True),
    ('Problem with delivery', 'The driver left the pallet in the rain.',
     'Problem with invoice', 'The total of the invoice does not match our order.', SAME, True),
    ('Urgent', 'Our production stands still, the line controller shows error F03.',
     'Urgent', 'We need the safety data sheet of your cleaner by noon.', OTHER, True),
    ('Wi-Fi password for guests', 'What is the Wi-Fi password for our guests?', *WIFI,
     COLLEAGUE, False),
    (*CHAIR, 'Chair wanted', 'Do you have the chair in green leather?', OTHER, False),
    ('Printer toner', 'Please send two black toners for the printer in accounting.',
     'Printer in accounting prints stripes', 'All pages have grey stripes since this morning.',
     COLLEAGUE, True),
    (*FORKLIFT_KO, '지게차 운전 교육 신청',
     '신입 기사 두 명의 5월 지게차 교육을 신청합니다.', COLLEAGUE, True),
    (*CHARGE_KO, '카드 변경 방법', '카드가 곧 만료됩니다. 새 카드는 어떻게 등록하나요?',
     SAME, True),
    (*ROOM_KO, '회의실 3 예약', '목요일 오후 회의실 3을 예약해 주세요.', COLLEAGUE, False),
    ('급합니다', '생산 라인이 멈췄고 제어기에 F03 오류가 표시됩니다.',
     '급합니다', '세척제 안전 자료를 오늘 정오까지 보내 주세요.', OTHER, True),
    ('배송 문의', '파손된 상자를 받았습니다. 어떻게 해야 하나요?',
     '배송 문의', '제주도까지 배송이 며칠 걸리나요?', OTHER, False),
    (*APP_KO, '앱 영어 버전', '앱을 영어로 사용할 수 있나요?', OTHER, True),
    (*WIFI_KO, '손님용 와이파이 비밀번호', '매장 손님용 와이파이 비밀번호가 무엇인가요?',
     COLLEAGUE, False),
    ('의자 재고 문의', '초록색 가죽 의자 재고가 있나요?', *CHAIR_KO, SAME, False),
    ('토너 주문', '회계팀 프린터용 검정 토너 두 개를 보내 주세요.',
     '회계팀 프린터 줄무늬', '오늘 아침부터 모든 출력물에 회색 줄이 생깁니다.', COLLEAGUE, True),
    ('계약서 사본 요청', '지난달 체결한 유지보수 계약서 사본이 필요합니다.',
     '유지보수 방문 일정', '이번 달 유지보수 방문 날짜를 알려 주세요.', SAME, True),
]
